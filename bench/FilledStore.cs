using System.Globalization;
using CrCache.Lab;
using Microsoft.Data.Sqlite;

namespace CrCache.Bench;

/// <summary>
/// A home whose store has many resources. The command line makes one of each kind, and SQL as many copies of their rows as are wanted: a
/// million leases one after another would take minutes.
/// </summary>
internal sealed class FilledStore : IDisposable
{
    private readonly TestHome _home = new();

    /// <param name="command">The command line.</param>
    /// <param name="count">How many resources.</param>
    /// <param name="idle">How many of a hundred are idle; two more are held, and of the rest every other lease is bound to this process.</param>
    public FilledStore(string command, int count, int idle)
    {
        _home.AddSource("lab", "type=local\nmaximum=2000000\nidle_time=30d\n");
        _home.AddSource("pool", "type=pool\nsources=lab\n");
        Spawn = new Spawn(_home.Environment, _home.Combine("output"));
        Spawn.Milliseconds(command, "-s", "lab", "acquire", "3");
        Spawn.Milliseconds(command, "-s", "lab", "acquire", "--while-pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Spawn.Milliseconds(command, "hold", "lab-2");
        Spawn.Milliseconds(command, "release", "lab-0");
        Fill(count, idle);

        // What still had to be written back would be waited for by whoever is measured.
        using var file = File.OpenHandle(Path.Combine(_home.StateDirectory, "state.db"), access: FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Runs commands there.</summary>
    public Spawn Spawn { get; }

    public void Dispose()
    {
        Spawn.Dispose();
        _home.Dispose();
    }

    private void Fill(int count, int idle)
    {
        var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(_home.StateDirectory, "state.db"), Pooling = false };
        using var connection = new SqliteConnection(source.ToString());
        connection.Open();
        Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;");

        // What follows every row is done once at the end.
        var followers = Read("SELECT sql FROM sqlite_master WHERE tbl_name = 'resource' AND type IN ('trigger', 'index') AND sql IS NOT NULL;");
        foreach (var drop in Read("SELECT 'DROP ' || type || ' ' || name || ';' FROM sqlite_master WHERE tbl_name = 'resource' AND type IN ('trigger', 'index') AND sql IS NOT NULL;"))
            Execute(drop);
        var columns = Read("SELECT name FROM pragma_table_info('resource') WHERE name NOT IN ('name', 'number', 'deadline');");
        Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            WITH RECURSIVE every(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM every WHERE i + 1 < {count})
            INSERT INTO resource (name, number, deadline, {string.Join(", ", columns)})
            SELECT 'lab-' || i, i, deadline + i, {string.Join(", ", columns)}
            FROM (SELECT i FROM every ORDER BY 'lab-' || i) JOIN resource AS model ON model.name = CASE
                WHEN i % 100 < {idle} THEN 'lab-0' WHEN i % 100 >= 98 THEN 'lab-2' WHEN i % 2 = 0 THEN 'lab-1' ELSE 'lab-3' END;
            DELETE FROM tally;
            INSERT INTO tally SELECT source, state, count(*) FROM resource GROUP BY source, state;
            """));
        foreach (var follower in followers)
            Execute(follower + ";");
        Execute("PRAGMA journal_mode = WAL;");

        void Execute(string sql)
        {
            using var command = Command(sql);
            command.ExecuteNonQuery();
        }

        List<string> Read(string sql)
        {
            using var command = Command(sql);
            using var reader = command.ExecuteReader();
            List<string> texts = [];
            while (reader.Read())
                texts.Add(reader.GetString(0));
            return texts;
        }

        SqliteCommand Command(string sql)
        {
            var command = connection.CreateCommand();
#pragma warning disable CA2100 // Texts of this class, and what the database says of itself.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.CommandTimeout = 0;
            return command;
        }
    }
}
