using Xunit;

namespace ManagedTransformer.Packaging.Tests;

/// <summary>The tool as it is installed from a feed.</summary>
[Collection(PackageCollection.Name)]
public sealed class ToolTests(PackageFeed feed, ITestOutputHelper log)
{
    [Fact]
    public void IsInstalledTrainsAndGenerates()
    {
        Assert.Contains("816,768 parameters", feed.Run(feed["."], feed.Tool, "info", "stories").Require().Output, StringComparison.Ordinal);
        string folder = feed.WithModel;
        const string prompt = "Once upon a time ";
        string text = feed.Run(folder, feed.Tool, "generate", "out/stories", "--prompt", prompt, "--tokens", "20").Require().Output;
        Assert.StartsWith(prompt, text, StringComparison.Ordinal);
        Assert.Equal(prompt.Length + 20, text.TrimEnd('\r', '\n').Length);
        log.WriteLine(feed.TakeLog());
    }
}
