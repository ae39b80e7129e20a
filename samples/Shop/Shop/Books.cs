namespace Shop;

/// <summary>What the shop knows, kept in one journal file at its place.</summary>
public sealed class Books : IDisposable
{
    private const int CentsEach = 500;

    private readonly FileStream _journal;
    private readonly Dictionary<string, int> _stock = [];
    private readonly Dictionary<int, Order> _orders = [];

    public Books(string directory)
    {
        Directory.CreateDirectory(directory);

        // Locked: two shops at one place would spoil each other's books.
        _journal = new FileStream(Path.Combine(directory, "journal"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        using var reader = new StreamReader(_journal, leaveOpen: true);
        while (reader.ReadLine() is { } line)
            Apply(line.Split(' '));
    }

    public int StockOf(string item) => _stock.GetValueOrDefault(item);

    public IEnumerable<string> Find(string text) => _stock.Keys.Where(i => i.Contains(text, StringComparison.OrdinalIgnoreCase)).Order();

    public Order? OrderOf(int number) => _orders.GetValueOrDefault(number);

    public IEnumerable<Order> OrdersOf(string customer) => _orders.Values.Where(o => o.Customer == customer).OrderBy(o => o.Number);

    public void Deliver(string item, int count) => Write("deliver", item, $"{count}");

    public Order Sell(string customer, string item, int count, string? coupon)
    {
        if (count < 1)
            throw new ShopException("nothing was ordered");
        if (count > StockOf(item))
            throw new ShopException($"only {StockOf(item)} {item} left");
        var off = coupon switch
        {
            null => 0,
            "TENOFF" => 10,
            "HALF" => 50,
            _ => throw new ShopException($"no such coupon: {coupon}"),
        };

        var number = _orders.Count + 1;
        Write("sell", $"{number}", customer, item, $"{count}", $"{count * CentsEach * (100 - off) / 100}");
        return _orders[number];
    }

    public Order Return(int number)
    {
        var order = OrderOf(number) ?? throw new ShopException($"no order {number}");
        if (order.State == "returned")
            throw new ShopException($"order {number} was returned before");
        Write("return", $"{number}");
        return _orders[number];
    }

    public void Dispose() => _journal.Dispose();

    private void Write(params string[] words)
    {
        _journal.Write(System.Text.Encoding.UTF8.GetBytes(string.Join(' ', words) + "\n"));
        _journal.Flush(flushToDisk: true);
        Apply(words);
    }

    private void Apply(string[] words)
    {
        switch (words)
        {
            case ["deliver", var item, var count]:
                _stock[item] = StockOf(item) + int.Parse(count);
                break;
            case ["sell", var number, var customer, var item, var count, var cents]:
                _stock[item] = StockOf(item) - int.Parse(count);
                _orders[int.Parse(number)] = new(int.Parse(number), customer, item, int.Parse(count), int.Parse(cents), "paid");
                break;
            case ["return", var number] when _orders[int.Parse(number)] is var order:
                _stock[order.Item] = StockOf(order.Item) + order.Count;
                _orders[order.Number] = order with { State = "returned" };
                break;
        }
    }
}
