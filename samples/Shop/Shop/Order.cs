namespace Shop;

public sealed record Order(int Number, string Customer, string Item, int Count, int Cents, string State);
