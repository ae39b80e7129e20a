using System.Globalization;
using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>The tables, and how an older store becomes a current one.</summary>
/// <param name="upgrades">The n-th takes version n to n + 1; version 0 is an empty file.</param>
internal sealed class StoreSchema(params IReadOnlyList<string> upgrades)
{
    /// <summary>The one that this version of CrCache writes. An upgrade is never changed once it has been released.</summary>
    public static StoreSchema Known { get; } = new(
        """
        CREATE TABLE resource (
            name TEXT PRIMARY KEY,
            source TEXT NOT NULL,
            number INTEGER NOT NULL,
            state TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            since INTEGER NOT NULL,
            settings TEXT NOT NULL,
            route TEXT,
            base TEXT,
            concurrency INTEGER,
            facts TEXT,
            binding TEXT NOT NULL DEFAULT '',
            actor TEXT,
            failures INTEGER NOT NULL DEFAULT 0,
            retry_at INTEGER,
            owner TEXT,
            owner_named INTEGER NOT NULL DEFAULT 0,
            owner_process TEXT,
            owner_resource TEXT,
            ttl INTEGER,
            expires INTEGER,
            clock TEXT,
            deadline INTEGER,
            note TEXT,
            made INTEGER,
            uses INTEGER NOT NULL DEFAULT 0,
            tested INTEGER,
            due INTEGER,
            problem TEXT,
            run_hooks INTEGER NOT NULL DEFAULT 0,
            UNIQUE (source, number)
        ) STRICT, WITHOUT ROWID;

        -- Acquiring takes the first idle resource of its binding, however many there are.
        CREATE INDEX resource_idle ON resource (source, binding, number) WHERE state = 'idle';
        -- What the next command has to look at: half-done, expiring, or bound to something that can end.
        CREATE INDEX resource_changing ON resource (name) WHERE state NOT IN ('idle', 'leased', 'held');
        -- A lease ends by the steady clock it was taken by; once that has gone, with a reboot, by the time of day.
        CREATE INDEX resource_deadline ON resource (clock, deadline) WHERE deadline IS NOT NULL;
        CREATE INDEX resource_expires ON resource (clock, expires) WHERE expires IS NOT NULL;
        CREATE INDEX resource_bound ON resource (owner_process) WHERE owner_process IS NOT NULL;
        CREATE INDEX resource_owner ON resource (owner) WHERE owner IS NOT NULL AND owner_resource IS NULL;
        CREATE INDEX resource_layered ON resource (owner_resource, source) WHERE owner_resource IS NOT NULL;
        CREATE INDEX resource_base ON resource (base) WHERE base IS NOT NULL;
        -- What is free, and keeps something below it that is not: given up where that is asked for.
        CREATE INDEX resource_idle_layered ON resource (since) WHERE state = 'idle' AND base IS NOT NULL;
        -- What is kept for a time only.
        CREATE INDEX resource_due ON resource (source, due) WHERE due IS NOT NULL;

        -- Counting a million rows takes most of a second; adding and subtracting one takes nothing.
        CREATE TABLE tally (
            source TEXT NOT NULL,
            state TEXT NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (source, state)
        ) STRICT, WITHOUT ROWID;
        -- Numbers below a source's highest that no resource has: looked for among a million they take as long.
        CREATE TABLE gap (
            source TEXT NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (source, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER resource_added AFTER INSERT ON resource BEGIN
            INSERT INTO tally VALUES (new.source, new.state, 1) ON CONFLICT DO UPDATE SET number = number + 1;
            DELETE FROM gap WHERE source = new.source AND number = new.number;
        END;
        CREATE TRIGGER resource_removed AFTER DELETE ON resource BEGIN
            UPDATE tally SET number = number - 1 WHERE source = old.source AND state = old.state;
            INSERT INTO gap VALUES (old.source, old.number) ON CONFLICT DO NOTHING;
            DELETE FROM gap WHERE source = old.source
                AND number > coalesce((SELECT max(number) FROM resource WHERE source = old.source), -1);
        END;
        CREATE TRIGGER resource_changed AFTER UPDATE OF state ON resource WHEN old.state <> new.state BEGIN
            UPDATE tally SET number = number - 1 WHERE source = old.source AND state = old.state;
            INSERT INTO tally VALUES (new.source, new.state, 1) ON CONFLICT DO UPDATE SET number = number + 1;
        END;

        -- What is kept of each source's resources, as it was configured when one was last acquired, and what became of making more.
        CREATE TABLE source (
            name TEXT PRIMARY KEY,
            directory TEXT,
            layers TEXT NOT NULL,
            binding TEXT NOT NULL,
            reserve INTEGER NOT NULL,
            maximum INTEGER,
            max_use_count INTEGER,
            max_age INTEGER,
            idle_time INTEGER,
            failures INTEGER NOT NULL DEFAULT 0,
            retry_at INTEGER,
            problem TEXT,
            stopped TEXT,
            resets INTEGER NOT NULL DEFAULT 0,
            shares INTEGER NOT NULL DEFAULT 0,
            base_users INTEGER
        ) STRICT, WITHOUT ROWID;

        -- Several stores may have resources of one name in one place.
        CREATE TABLE identity (text TEXT NOT NULL) STRICT;
        INSERT INTO identity VALUES (lower(hex(randomblob(6))));

        -- Requests that wait. AUTOINCREMENT: who comes later never stands before somebody who came earlier.
        CREATE TABLE ticket (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            priority INTEGER NOT NULL,
            since INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            process TEXT NOT NULL,
            owner TEXT NOT NULL,
            note TEXT,
            demands TEXT NOT NULL
        ) STRICT;

        -- How long work took, the last few times in milliseconds, and how fast the resources were that it ran on.
        CREATE TABLE work_time (
            series TEXT NOT NULL,
            name TEXT NOT NULL,
            recent TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (series, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX work_time_at ON work_time (at);
        CREATE TABLE work_pace (
            series TEXT NOT NULL,
            resource TEXT NOT NULL,
            pace REAL NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (series, resource)
        ) STRICT, WITHOUT ROWID;

        -- AUTOINCREMENT: a number is never given twice, also when the newest events have been pruned. Epochs are event numbers.
        CREATE TABLE event (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            resource TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            kind TEXT NOT NULL,
            detail TEXT,
            actor TEXT NOT NULL
        ) STRICT;
        -- What failed, and what was mended since, decides whether a resource is tried again at once.
        CREATE INDEX event_strike ON event (resource, number) WHERE kind IN ('failed', 'healed');
        """);

    /// <summary>The steps to it.</summary>
    public IReadOnlyList<string> Upgrades => upgrades;

    /// <summary>The version it makes of a store.</summary>
    public int Current => upgrades.Count;

    /// <summary>Brings a database up to date. The caller holds the gate, so no two upgrades meet.</summary>
    /// <exception cref="StoreException">A newer version of CrCache wrote it.</exception>
    public void Upgrade(SqliteConnection connection, string path)
    {
        var version = Version(connection);
        if (version > Current)
        {
            throw TooNew(path, version);
        }

        if (version == 0)
        {
            Execute(connection, "PRAGMA journal_mode = WAL;");
        }

        for (; version < Current; version++)
        {
            Execute(connection, $"BEGIN IMMEDIATE;\n{upgrades[version]}\nPRAGMA user_version = {version + 1};\nCOMMIT;");
        }
    }

    /// <summary>Refuses to go on in a database that was brought up to date by a newer version while it was open.</summary>
    /// <exception cref="StoreException">A newer version of CrCache has written it.</exception>
    public void RequireCurrent(StoreStatements statements, string path)
    {
        if (statements.Number("PRAGMA user_version;") is { } version && version != Current)
        {
            throw version > Current
                ? TooNew(path, version)
                : new StoreException(ErrorCodes.StoreFailed, $"{path} was written by an older version of CrCache (schema {version}, this one knows {Current}), and cannot be brought up to date: it cannot be written");
        }
    }

    private StoreException TooNew(string path, long version) => new(
        ErrorCodes.StoreTooNew,
        $"{path} was written by a newer version of CrCache (schema {version}, this one knows {Current}): update this one, or give it a store of its own with CRCACHE_HOME");

    private static int Version(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version;";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

#pragma warning disable CA2100 // The text is a constant.
    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
#pragma warning restore CA2100
}
