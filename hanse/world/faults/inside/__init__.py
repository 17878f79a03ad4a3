"""What stands in here is put on the path of the processes under faults; it is no part of hanse."""
