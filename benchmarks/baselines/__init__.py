"""What people do today, written the way they write it. Each script runs as a process of its own."""
