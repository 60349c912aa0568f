import json,sys,http.client
port,qs,path,n=int(sys.argv[1]),json.load(open(sys.argv[2])),sys.argv[3],int(sys.argv[4])
c=http.client.HTTPConnection('127.0.0.1',port)
for i in range(n):
    for name,text in qs:
        c.request('POST',path,body=text.encode(),headers={'Content-Type':'application/sparql-query','Accept':'application/sparql-results+json, text/turtle;q=0.9'}); c.getresponse().read()
