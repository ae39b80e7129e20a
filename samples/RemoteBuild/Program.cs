Console.WriteLine($"counted on {Words.CountedOn}:");
foreach (var (word, count) in Words.MostUsed)
{
    Console.WriteLine($"{count,4} {word}");
}
