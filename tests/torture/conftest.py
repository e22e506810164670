"""What is here runs in processes of its own, because it forks: only test_torture.py is collected."""

collect_ignore_glob = ["[!t]*.py", "torture.py"]
