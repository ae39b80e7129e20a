using System.Net;
using System.Text;

namespace Shop;

/// <summary>The shop as a server on its place's port.</summary>
public sealed class Server : IDisposable
{
    // The bank's sandbox, and a warehouse scanner that has seen better days.
    private static readonly TimeSpan Bank = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan Scanner = TimeSpan.FromMilliseconds(80);

    private readonly HttpListener _listener = new();
    private readonly Books _books = new(Place.Directory);

    public Server()
    {
        _listener.Prefixes.Add($"http://127.0.0.1:{Place.Port}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public void Dispose()
    {
        _listener.Close();
        _books.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var (status, text) = await AnswerAsync(context.Request);
            context.Response.StatusCode = status;
            context.Response.Close(Encoding.UTF8.GetBytes(text), willBlock: false);
        }
    }

    private async Task<(int Status, string Text)> AnswerAsync(HttpListenerRequest request)
    {
        try
        {
            string[] path = [request.HttpMethod, .. request.Url!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries)];
            switch (path)
            {
                case ["GET", "stock", var item]:
                    return (200, $"{_books.StockOf(item)}");
                case ["POST", "stock", var item, var count]:
                    await Task.Delay(Scanner);
                    _books.Deliver(item, int.Parse(count));
                    return (200, $"{_books.StockOf(item)}");
                case ["GET", "search", var text]:
                    return (200, string.Join(' ', _books.Find(text)));
                case ["POST", "orders", var customer, var item, var count]:
                    await Task.Delay(Bank);
                    return (200, $"{_books.Sell(customer, item, int.Parse(count), request.QueryString["coupon"]).Number}");
                case ["GET", "orders", var number] when _books.OrderOf(int.Parse(number)) is { } order:
                    return (200, $"{order.State} {order.Count} {order.Item} {order.Cents}");
                case ["POST", "returns", var number]:
                    await Task.Delay(Bank);
                    return (200, _books.Return(int.Parse(number)).State);
                case ["GET", "customers", var customer]:
                    return (200, string.Join(' ', _books.OrdersOf(customer).Select(o => o.Number)));
                default:
                    return (404, "no such thing");
            }
        }
        catch (ShopException e)
        {
            return (409, e.Message);
        }
    }
}
