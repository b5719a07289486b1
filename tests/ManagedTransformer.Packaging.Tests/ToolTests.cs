using System.Diagnostics;
using System.Text;
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

    [Fact]
    public async Task ServesWhatItTrained()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        ProcessStartInfo start = new(feed.Tool, ["serve", "out/stories", "--port", "0", "--quiet"])
        {
            WorkingDirectory = feed.WithModel,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        try
        {
            string line = (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!;
            log.WriteLine(line);
            using HttpClient client = new() { BaseAddress = new Uri(line.Split(' ')[^1]) };
            using StringContent request = new(
                """{"model": "stories", "prompt": "Once upon a time ", "max_tokens": 20}""", Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await client.PostAsync(
                new Uri("/v1/completions", UriKind.Relative), request, TestContext.Current.CancellationToken);
            string answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            log.WriteLine(answer);
            Assert.Contains("\"completion_tokens\":20", answer, StringComparison.Ordinal);
            feed.Run(feed["."], "kill", "-TERM", $"{process.Id}").Require();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(143, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
