CREATE TABLE print_job (
	print_id TEXT NOT NULL,
	paper TEXT DEFAULT '' NOT NULL,
	subject TEXT DEFAULT '' NOT NULL,
	printer TEXT DEFAULT '' NOT NULL,
	form TEXT DEFAULT '' NOT NULL,
	dpi BIGINT DEFAULT '0' NOT NULL,
	again_of TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	says TEXT DEFAULT '' NOT NULL,
	queued_at TIMESTAMP WITH TIME ZONE NOT NULL,
	since TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (print_id)
);
CREATE INDEX print_job_by_subject ON print_job (subject, paper, print_id);
CREATE INDEX print_job_to_do ON print_job (printer, print_id) WHERE state IN ('queued', 'taken');
