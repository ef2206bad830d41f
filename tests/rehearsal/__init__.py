"""The rehearsal: the main job, played on the local cloud for anybody who has just cloned the repository."""
