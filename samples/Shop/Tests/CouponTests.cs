namespace Shop.Tests;

public sealed class CouponTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Theory]
    [InlineData("TENOFF", 1, 450)]
    [InlineData("TENOFF", 10, 4500)]
    [InlineData("HALF", 1, 250)]
    [InlineData("HALF", 3, 750)]
    public async Task A_coupon_takes_its_share_off(string coupon, int count, int cents)
    {
        await shop.Post("stock/tea/10");
        var number = await shop.Order("ann", "tea", count, coupon);

        Assert.Equal($"paid {count} tea {cents}", await shop.Get($"orders/{number}"));
    }

    [Theory]
    [InlineData("FREE")]
    [InlineData("half")]
    [InlineData("TENOFF%20")]
    public async Task An_unknown_coupon_is_refused(string coupon)
    {
        await shop.Post("stock/tea/1");

        await Assert.ThrowsAsync<ShopException>(() => shop.Order("ann", "tea", 1, coupon));
    }

    [Fact]
    public async Task A_refused_coupon_sells_nothing()
    {
        await shop.Post("stock/cup/2");
        await Assert.ThrowsAsync<ShopException>(() => shop.Order("ann", "cup", 1, "NONE"));

        Assert.Equal("2", await shop.Get("stock/cup"));
    }
}
