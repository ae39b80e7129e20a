namespace Shop.Tests;

public sealed class SearchTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Theory]
    [InlineData("tea", "green-tea teapot")]
    [InlineData("TEA", "green-tea teapot")]
    [InlineData("pot", "teapot")]
    [InlineData("x", "")]
    public async Task A_search_finds_parts_of_names(string text, string found)
    {
        await shop.Post("stock/green-tea/1");
        await shop.Post("stock/teapot/1");

        Assert.Equal(found, await shop.Get($"search/{text}"));
    }

    [Fact]
    public async Task What_is_sold_out_is_still_found()
    {
        await shop.Post("stock/kettle/1");
        await shop.Order("ann", "kettle", 1);

        Assert.Equal("kettle", await shop.Get("search/kettle"));
    }

    [Fact]
    public async Task A_long_shelf_is_found_in_order()
    {
        foreach (var item in new[] { "box-c", "box-a", "box-d", "box-b" })
            await shop.Post($"stock/{item}/1");

        Assert.Equal("box-a box-b box-c box-d", await shop.Get("search/box"));
    }
}
