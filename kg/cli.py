def main():
    import importlib.resources as r
    print(r.files("kg.rules"), list(r.files("kg.rules").iterdir()))
