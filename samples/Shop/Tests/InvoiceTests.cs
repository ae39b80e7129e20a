namespace Shop.Tests;

public sealed class InvoiceTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task Invoices_are_numbered_without_gaps()
    {
        await shop.Post("stock/tea/10");
        var first = await shop.Order("ann", "tea", 1);
        await Assert.ThrowsAsync<ShopException>(() => shop.Order("ann", "tea", 100));

        Assert.Equal(first + 1, await shop.Order("ann", "tea", 1));
    }

    [Fact]
    public async Task An_unknown_invoice_is_not_found()
    {
        var refusal = await Assert.ThrowsAsync<ShopException>(() => shop.Get("orders/4711"));
        Assert.StartsWith("404", refusal.Message);
    }

    [Theory]
    [InlineData("", 500)]
    [InlineData("TENOFF", 450)]
    [InlineData("HALF", 250)]
    public async Task An_invoice_shows_what_was_paid(string coupon, int cents)
    {
        await shop.Post("stock/cup/1");
        var number = await shop.Order("bob", "cup", 1, coupon);

        Assert.EndsWith($" {cents}", await shop.Get($"orders/{number}"));
    }
}
