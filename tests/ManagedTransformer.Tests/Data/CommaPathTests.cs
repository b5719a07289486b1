using ManagedTransformer.Recipes;
using Xunit;

namespace ManagedTransformer.Tests.Data;

/// <summary>Two files in one argument, with commas in their names.</summary>
public sealed class CommaPathTests
{
    [Fact]
    public void TheCommaBetweenTwoFilesThatExistDividesThem()
    {
        using TemporaryFolder folder = new();
        string nested = Path.Combine(folder["a, b"], "größe, 数据");
        Directory.CreateDirectory(nested);
        string source = Write(Path.Combine(nested, "x.de")), target = Write(Path.Combine(nested, "x,y.en"));
        string table = Write(Path.Combine(nested, "x.tsv"));
        Assert.Equal((source, target), TranslationDataRecipe.Split($"{source},{target}"));
        Assert.Equal((source, source), TranslationDataRecipe.Split($"{source},{source}"));
        Assert.Equal((table, null), TranslationDataRecipe.Split(table));
        Assert.Equal(("nowhere", "to be found"), TranslationDataRecipe.Split("nowhere,to be found"));

        string missing = $"{source},{Path.Combine(nested, "z.en")}";
        string message = Assert.Throws<InputException>(() => TranslationDataRecipe.Split(missing)).Message;
        Assert.Contains(missing, message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTwoCommasDivideIsRefused()
    {
        using TemporaryFolder folder = new();
        string file = Write(folder["a"]), pair = $"{file},{file}";
        Directory.CreateDirectory(Path.GetDirectoryName(pair)!);
        Write(pair);
        Assert.Equal((pair, null), TranslationDataRecipe.Split(pair));
        string message = Assert.Throws<InputException>(() => TranslationDataRecipe.Split($"{file},{pair}")).Message;
        Assert.Contains("not clear", message, StringComparison.Ordinal);
    }

    private static string Write(string path)
    {
        File.WriteAllText(path, "x\n");
        return path;
    }
}
