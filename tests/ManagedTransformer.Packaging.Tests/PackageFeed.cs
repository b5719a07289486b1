using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ManagedTransformer.Packaging.Tests;

/// <summary>
/// All packages, made of what was built already, as a feed in an empty folder, which is deleted at the end. Commands that run in the folder
/// take our packages from the feed and those of others from where this machine takes them. Our packages leave the machine's cache at the
/// end.
/// </summary>
public sealed partial class PackageFeed : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("packages").FullName;
    private readonly string _cache;
    private readonly Lazy<string> _tool, _model;
    private readonly List<string> _log = [];

    public PackageFeed()
    {
        // Not one that a cache may know.
        Version = $"0.0.0-test.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";
        Directory.CreateDirectory(Feed);
        _cache = Run(_folder, "dotnet", "nuget", "locals", "global-packages", "--list").Require().Output.Split(": ", 2)[1].Trim();
        string[] sources = [.. SourceName().Matches(Run(_folder, "dotnet", "nuget", "list", "source").Require().Output)
            .Select(match => match.Groups[1].Value)];
        File.WriteAllText(this["nuget.config"], $"""
            <configuration>
              <packageSources><add key="built" value="{Feed}" /></packageSources>
              <packageSourceMapping>
                <packageSource key="built"><package pattern="ManagedTransformer*" /></packageSource>
            {string.Concat(sources.Select(name => $"    <packageSource key=\"{name}\"><package pattern=\"*\" /></packageSource>\n"))}
              </packageSourceMapping>
            </configuration>
            """);
        Run(Repository.Root, "dotnet", "pack", "ManagedTransformer.sln", "--no-build", "-c", Repository.Configuration, "-o", Feed,
            $"-p:Version={Version}", $"-p:NuspecOutputPath={this["nuspec/"]}", $"-p:PublishDir={this["publish/"]}").Require();
        _tool = new(InstallTool);
        _model = new(TrainModel);
    }

    /// <summary>The version of all packages.</summary>
    public string Version { get; }

    /// <summary>The folder with the packages.</summary>
    public string Feed => this["feed"];

    /// <summary>The installed tool, with the server beside it.</summary>
    public string Tool => _tool.Value;

    /// <summary>A folder with the barely trained model <c>out/stories</c>.</summary>
    public string WithModel => _model.Value;

    /// <summary>The commands since the last call with the seconds that they took.</summary>
    public string TakeLog()
    {
        string log = string.Join('\n', _log);
        _log.Clear();
        return log;
    }

    /// <summary>A place in the folder.</summary>
    public string this[string name] => Path.Combine(_folder, name);

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        foreach (string id in Repository.Packages)
        {
            string cached = Path.Combine(_cache, id.ToLowerInvariant(), Version);
            if (Directory.Exists(cached))
            {
                Directory.Delete(cached, recursive: true);
            }
        }
    }

    /// <summary>The file of a package.</summary>
    public string PathOf(string id, string extension) => Path.Combine(Feed, $"{id}.{Version}.{extension}");

    /// <summary>Runs a command, as somebody who has nothing but a shell.</summary>
    internal CommandResult Run(string folder, string command, params string[] arguments)
    {
        ProcessStartInfo start = new(command, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (string inherited in start.Environment.Keys
            .Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(inherited);
        }

        // Nothing stays behind that would hold the pipes open, and messages are in the language that is looked for.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["NuGetAudit"] = "false"; // asks sources that may be out of reach
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = start.Environment["DOTNET_NOLOGO"] = "1";

        long began = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        string line = $"{Path.GetFileName(command)} {string.Join(' ', arguments)}";
        _log.Add(string.Create(CultureInfo.InvariantCulture, $"{seconds,6:F1} s  {line}"));
        return new CommandResult(line, process.ExitCode, output + error.Result, seconds);
    }

    private string InstallTool()
    {
        foreach (string id in (string[])[Repository.Tool, Repository.Server])
        {
            Run(_folder, "dotnet", "tool", "install", id, "--version", Version, "--tool-path", this["tools"]).Require();
        }

        return Path.Combine(this["tools"], OperatingSystem.IsWindows() ? "mt.exe" : "mt");
    }

    private string TrainModel()
    {
        Directory.CreateDirectory(this["work"]);
        Run(this["work"], Tool, "train", "stories", "--steps", "10").Require();
        return this["work"];
    }

    [GeneratedRegex(@"^ *\d+\. +(.+) \[Enabled\]", RegexOptions.Multiline)]
    private static partial Regex SourceName();
}
