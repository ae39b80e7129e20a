namespace CrCache.Store;

public sealed class StateStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StateStore _store;

    public StateStoreTests() => _store = new StateStore(() => _directory.Path, TimeProvider.System);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_a_transaction_wrote_is_there_for_the_next()
    {
        Add("a-0");
        Assert.Equal("a-0", _store.Transact(t => t.Resources.Find("a-0"))!.Name);
    }

    [Fact]
    public void The_log_stays_short_however_often_it_is_written()
    {
        for (var i = 0; i < 300; i++)
        {
            Add($"a-{i}", i);
            Assert.InRange(new FileInfo(_directory.Combine("state.db-wal")).Length, 0, 600 * 1024);
        }

        Assert.Equal("a-0", _store.Transact(t => t.Resources.Find("a-0"))!.Name);
    }

    [Fact]
    public void A_transaction_that_throws_leaves_nothing()
    {
        Assert.Throws<InvalidOperationException>(() => _store.Transact<bool>(t =>
        {
            t.Resources.Add(Row("a", 0));
            throw new InvalidOperationException();
        }));
        Assert.Null(_store.Transact(t => t.Resources.Find("a-0")));
        Assert.Empty(_store.Transact(t => t.Resources.Tally("a")));
    }

    [Fact]
    public void The_smallest_free_number_fills_gaps()
    {
        Assert.Equal(0, _store.Transact(t => t.Resources.FreeNumber("a")));
        foreach (var number in new[] { 0, 1, 2, 3 })
            Add($"a-{number}", number);
        Remove("a-2");
        Assert.Equal(2, _store.Transact(t => t.Resources.FreeNumber("a")));
        Remove("a-0");
        Assert.Equal(0, _store.Transact(t => t.Resources.FreeNumber("a")));
        Add("a-0", 0);
        Add("a-2", 2);
        Assert.Equal(4, _store.Transact(t => t.Resources.FreeNumber("a")));
    }

    [Fact]
    public void The_smallest_free_number_is_found_whatever_comes_and_goes()
    {
        Random random = new(5);
        HashSet<int> numbers = [];
        for (var i = 0; i < 400; i++)
        {
            var free = _store.Transact(t => t.Resources.FreeNumber("a"));
            Assert.Equal(Enumerable.Range(0, numbers.Count + 1).First(n => !numbers.Contains(n)), free);
            if (numbers.Count > 0 && random.Next(100) < (i < 200 ? 40 : 60))
            {
                var gone = numbers.ElementAt(random.Next(numbers.Count));
                numbers.Remove(gone);
                Remove($"a-{gone}");
            }
            else
            {
                numbers.Add(free);
                Add($"a-{free}", free);
            }
        }

        Assert.InRange(_store.Transact(t => t.Number("SELECT count(*) FROM gap;"))!.Value, 0, numbers.DefaultIfEmpty(0).Max());
    }

    [Fact]
    public void The_tally_follows_every_change()
    {
        Add("a-0");
        Add("a-1", 1);
        _store.Transact(t =>
        {
            t.Resources.Update(t.Resources.Find("a-1")! with { State = ResourceState.Leased });
            return true;
        });
        var tally = _store.Transact(t => t.Resources.Tally("a"));
        Assert.Equal((1, 1), (tally[ResourceState.Idle], tally[ResourceState.Leased]));
        Remove("a-0");
        Assert.Equal(0, _store.Transact(t => t.Resources.Tally("a"))[ResourceState.Idle]);
    }

    [Fact]
    public void An_events_number_is_its_epoch_where_it_begins_one()
    {
        var numbers = Enumerable.Range(0, 3).Select(_ => _store.Transact(t => t.Events.Add("a-0", null, "acquired", null, "me"))).ToList();
        Assert.Equal([1, 2, 3], numbers);
        Assert.All(_store.Transact(t => t.Events.After(0, 10)), e => Assert.Equal(e.Number, e.Epoch));
    }

    [Fact]
    public void Old_events_are_trimmed_and_their_numbers_not_given_again()
    {
        _store.Transact(t =>
        {
            for (var i = 0; i < 23_000; i++)
                t.Events.Add("a-0", 1, "renewed", null, "me");
            return true;
        });
        var events = _store.Transact(t => t.Events.After(0, 100_000));
        Assert.InRange(events.Count, 20_000, 21_000);
        Assert.Equal(23_000, events[^1].Number);
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused_and_left_alone()
    {
        Add("a-0");
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_store.File};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99;";
            command.ExecuteNonQuery();
        }

        var error = Assert.Throws<StoreException>(() => _store.Transact(t => t.Resources.Names()));
        Assert.Equal(ErrorCodes.StoreTooNew, error.Code);
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
        StateStore opensItNow = new(() => _directory.Path, TimeProvider.System);
        Assert.Equal(ErrorCodes.StoreTooNew, Assert.Throws<StoreException>(() => opensItNow.Transact(t => 0)).Code);
    }

    [Fact]
    public void Garbage_is_refused_with_the_files_name()
    {
        File.WriteAllBytes(_store.File, [.. Enumerable.Repeat((byte)0x5a, 8192)]);
        var error = Assert.Throws<StoreException>(() => _store.Transact(t => t.Resources.Names()));
        Assert.Equal(ErrorCodes.StoreFailed, error.Code);
        Assert.Contains(_store.File, error.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_one_clear_error()
    {
        File.WriteAllText(_directory.Combine("file"), "");
        var store = new StateStore(() => _directory.Combine("file", "below"), TimeProvider.System);
        Assert.Equal(ErrorCodes.StoreFailed, Assert.Throws<StoreException>(() => store.Transact(t => 0)).Code);
    }

    [Fact]
    public void The_store_is_private_to_its_user()
    {
        var directory = _directory.Combine("private");
        new StateStore(() => directory, TimeProvider.System).Transact(t => 0);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
    }

    [Fact]
    public async Task Threads_that_write_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(p => Task.Run(() =>
        {
            var store = new StateStore(() => _directory.Path, TimeProvider.System);
            for (var i = 0; i < 50; i++)
                store.Transact(t => t.Events.Add($"a-{p}", null, "acquired", null, "me"));
        })));
        Assert.Equal(Enumerable.Range(1, 400).Select(n => (long)n), _store.Transact(t => t.Events.After(0, 1000)).Select(e => e.Number));
    }

    [Fact]
    public void A_store_that_is_moved_away_or_loses_a_file_while_it_is_open_is_begun_anew()
    {
        Add("a-0");
        Directory.CreateDirectory(_directory.Combine("away"));
        foreach (var file in Directory.GetFiles(_directory.Path, "state.db*"))
            File.Move(file, _directory.Combine("away", Path.GetFileName(file)));
        Assert.Null(_store.Transact(t => t.Resources.Find("a-0")));
        Add("b-0");

        // The index can be made from the log.
        File.Delete(_directory.Combine("state.db-shm"));
        Add("c-0");
        Assert.NotNull(_store.Transact(t => t.Resources.Find("b-0")));
        Assert.NotNull(new StateStore(() => _directory.Path, TimeProvider.System).Transact(t => t.Resources.Find("c-0")));
    }

    [Fact]
    public void Another_directory_is_another_store()
    {
        var directory = _directory.Combine("one");
        StateStore store = new(() => directory, TimeProvider.System);
        store.Transact(t => t.Events.Add("a-0", null, "acquired", null, "me"));
        directory = _directory.Combine("two");
        Assert.Empty(store.Transact(t => t.Events.After(0, 10)));
    }

    private static ResourceRow Row(string source, int number) => new()
    {
        Name = $"{source}-{number}",
        Source = source,
        Number = number,
        State = ResourceState.Idle,
        Epoch = 1,
        Since = DateTimeOffset.UnixEpoch,
        Settings = "{}",
    };

    private void Add(string name, int number = 0) => _store.Transact(t =>
    {
        t.Resources.Add(Row(name[..name.IndexOf('-', StringComparison.Ordinal)], number));
        return true;
    });

    private void Remove(string name) => _store.Transact(t =>
    {
        t.Resources.Remove(name);
        return true;
    });
}
