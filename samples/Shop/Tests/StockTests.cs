namespace Shop.Tests;

public sealed class StockTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Theory]
    [InlineData("tea", 12)]
    [InlineData("coffee", 7)]
    [InlineData("mate", 1)]
    [InlineData("cocoa", 300)]
    public async Task What_is_delivered_is_in_stock(string item, int count)
    {
        await shop.Post($"stock/{item}/{count}");

        Assert.Equal($"{count}", await shop.Get($"stock/{item}"));
    }

    [Fact]
    public async Task Deliveries_add_up()
    {
        await shop.Post("stock/sugar/5");
        await shop.Post("stock/sugar/6");

        Assert.Equal("11", await shop.Get("stock/sugar"));
    }

    [Fact]
    public async Task What_was_never_delivered_is_not_in_stock() => Assert.Equal("0", await shop.Get("stock/gold"));

    [Fact]
    public async Task A_sale_takes_from_the_stock()
    {
        await shop.Post("stock/milk/10");
        await shop.Order("ann", "milk", 4);

        Assert.Equal("6", await shop.Get("stock/milk"));
    }

    [Fact]
    public async Task A_pallet_is_scanned_box_by_box()
    {
        for (var box = 0; box < 5; box++)
            await shop.Post("stock/water/24");

        Assert.Equal("120", await shop.Get("stock/water"));
    }
}
