namespace Shop.Tests;

public sealed class CustomerTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task Customers_see_their_own_orders()
    {
        await shop.Post("stock/tea/10");
        var mine = await shop.Order("carol", "tea", 1);
        await shop.Order("dave", "tea", 1);
        var second = await shop.Order("carol", "tea", 1);

        Assert.Equal($"{mine} {second}", await shop.Get("customers/carol"));
    }

    [Fact]
    public async Task A_new_customer_has_no_orders() => Assert.Equal("", await shop.Get("customers/nobody"));

    [Fact]
    public async Task A_returned_order_stays_in_the_list()
    {
        await shop.Post("stock/mate/1");
        var number = await shop.Order("erin", "mate", 1);
        await shop.Post($"returns/{number}");

        Assert.Equal($"{number}", await shop.Get("customers/erin"));
    }

    [Theory]
    [InlineData("frank", 1)]
    [InlineData("grace", 2)]
    [InlineData("heidi", 3)]
    public async Task Every_order_is_listed(string customer, int count)
    {
        await shop.Post($"stock/cake/{count}");
        for (var i = 0; i < count; i++)
            await shop.Order(customer, "cake", 1);

        Assert.Equal(count, (await shop.Get($"customers/{customer}")).Split(' ').Length);
    }
}
