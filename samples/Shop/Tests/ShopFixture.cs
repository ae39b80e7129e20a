namespace Shop.Tests;

/// <summary>An empty shop, open for one class of tests, and a customer's way to it.</summary>
public sealed class ShopFixture : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = new($"http://127.0.0.1:{Place.Port}/") };
    private Server _server;

    public ShopFixture()
    {
        if (Directory.Exists(Place.Directory))
            Directory.Delete(Place.Directory, recursive: true);
        _server = new Server();
    }

    public async Task<string> Get(string path) => await Read(await _client.GetAsync(path));

    public async Task<string> Post(string path) => await Read(await _client.PostAsync(path, null));

    public async Task<int> Order(string customer, string item, int count, string coupon = "") =>
        int.Parse(await Post($"orders/{customer}/{item}/{count}{(coupon.Length > 0 ? "?coupon=" + coupon : "")}"));

    public void Reopen()
    {
        _server.Dispose();
        _server = new Server();
    }

    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
    }

    private static async Task<string> Read(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? text : throw new ShopException($"{(int)response.StatusCode} {text}");
    }
}
