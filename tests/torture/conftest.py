"""What is here runs in processes of its own, because it forks: only the files of tests are collected."""

collect_ignore_glob = ["[!t]*.py", "t[!e]*.py", "tenth.py"]
