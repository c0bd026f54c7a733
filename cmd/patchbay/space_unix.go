//go:build linux || darwin

package main

import "syscall"

// freeSpace is how many bytes an ordinary user can still write to the disk of a folder.
func freeSpace(dir string) (uint64, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return 0, err
	}
	return disk.Bavail * uint64(disk.Bsize), nil
}
