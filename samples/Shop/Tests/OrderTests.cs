namespace Shop.Tests;

public sealed class OrderTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 1000)]
    [InlineData(7, 3500)]
    [InlineData(20, 10000)]
    public async Task An_order_is_paid_at_once(int count, int cents)
    {
        await shop.Post("stock/tea/20");
        var number = await shop.Order("ann", "tea", count);

        Assert.Equal($"paid {count} tea {cents}", await shop.Get($"orders/{number}"));
    }

    [Fact]
    public async Task More_than_there_is_cannot_be_ordered()
    {
        await shop.Post("stock/mate/3");

        var refusal = await Assert.ThrowsAsync<ShopException>(() => shop.Order("bob", "mate", 4));
        Assert.Equal("409 only 3 mate left", refusal.Message);
    }

    [Fact]
    public async Task The_last_one_can_be_ordered_once()
    {
        await shop.Post("stock/lamp/1");
        await shop.Order("ann", "lamp", 1);

        await Assert.ThrowsAsync<ShopException>(() => shop.Order("bob", "lamp", 1));
    }

    [Fact]
    public async Task Nothing_cannot_be_ordered() => await Assert.ThrowsAsync<ShopException>(() => shop.Order("ann", "tea", 0));
}
