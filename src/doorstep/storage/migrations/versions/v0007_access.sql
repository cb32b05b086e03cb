CREATE TABLE account (
	login TEXT NOT NULL,
	roles JSONB NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	closed_at TIMESTAMP WITH TIME ZONE,
	PRIMARY KEY (login)
);
CREATE TABLE credential (
	login TEXT NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	password_hash TEXT DEFAULT '' NOT NULL,
	set_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (login)
);
CREATE TABLE web_session (
	token_hash BYTEA NOT NULL,
	login TEXT DEFAULT '' NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (token_hash)
);
CREATE INDEX ix_web_session_login ON web_session (login);
CREATE TABLE sign_in_link (
	token_hash BYTEA NOT NULL,
	login TEXT DEFAULT '' NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (token_hash)
);
CREATE INDEX ix_sign_in_link_login ON sign_in_link (login);
CREATE TABLE sign_in_try (
	login TEXT NOT NULL,
	address TEXT NOT NULL,
	tries BIGINT DEFAULT '0' NOT NULL,
	began_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (login, address)
);
