namespace FixedPorts.Tests;

public sealed class CustomerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Customers_are_kept_in_order(int count)
    {
        using var database = new Database();
        for (var i = 0; i < count; i++)
            await Database.Insert($"customer {i}");

        Assert.Equal(Enumerable.Range(0, count).Select(i => $"customer {i}"), Database.Rows());
    }
}
