DROP INDEX calls_by_time;
