namespace Shop.Tests;

public sealed class ReturnTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Theory]
    [InlineData("tea")]
    [InlineData("coffee")]
    public async Task What_is_returned_is_in_stock_again(string item)
    {
        await shop.Post($"stock/{item}/5");
        await shop.Post($"returns/{await shop.Order("ann", item, 2)}");

        Assert.Equal("5", await shop.Get($"stock/{item}"));
    }

    [Fact]
    public async Task A_returned_order_says_so()
    {
        await shop.Post("stock/cup/5");
        var number = await shop.Order("bob", "cup", 2);
        await shop.Post($"returns/{number}");

        Assert.Equal("returned 2 cup 1000", await shop.Get($"orders/{number}"));
    }

    [Fact]
    public async Task An_order_is_returned_once()
    {
        await shop.Post("stock/jug/1");
        var number = await shop.Order("bob", "jug", 1);
        await shop.Post($"returns/{number}");

        await Assert.ThrowsAsync<ShopException>(() => shop.Post($"returns/{number}"));
    }

    [Fact]
    public async Task What_was_never_ordered_cannot_be_returned() => await Assert.ThrowsAsync<ShopException>(() => shop.Post("returns/4711"));
}
