namespace Shop.Tests;

public sealed class RestartTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Theory]
    [InlineData("tea", 3)]
    [InlineData("coffee", 9)]
    public async Task The_stock_survives_a_restart(string item, int count)
    {
        await shop.Post($"stock/{item}/{count}");
        shop.Reopen();

        Assert.Equal($"{count}", await shop.Get($"stock/{item}"));
    }

    [Fact]
    public async Task Orders_survive_a_restart()
    {
        await shop.Post("stock/cup/4");
        var number = await shop.Order("ann", "cup", 4, "HALF");
        shop.Reopen();

        Assert.Equal("paid 4 cup 1000", await shop.Get($"orders/{number}"));
    }

    [Fact]
    public async Task Returns_survive_a_restart()
    {
        await shop.Post("stock/jug/4");
        var number = await shop.Order("ann", "jug", 4);
        await shop.Post($"returns/{number}");
        shop.Reopen();

        Assert.Equal("returned 4 jug 2000", await shop.Get($"orders/{number}"));
    }

    [Fact(Skip = "the shop has one floor")]
    public void The_lift_survives_a_restart()
    {
    }
}
