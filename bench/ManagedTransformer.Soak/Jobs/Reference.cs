using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ManagedTransformer.Soak.Jobs;

/// <summary>What a job leaves that nothing disturbs: the checksums of all weights and states, and the lines of its logs.</summary>
/// <param name="Files">Checksums and texts by the names of files.</param>
internal sealed record Reference(IReadOnlyDictionary<string, string> Files)
{
    // What depends on how fast the machine was.
    private static readonly string[] _times = ["seconds", "tokens_per_s"];

    /// <summary>Reads a folder whose job is complete.</summary>
    /// <param name="job">The job.</param>
    public static Reference Read(JobFolder job) => new(Directory.EnumerateFiles(job.Folder, "*", SearchOption.AllDirectories)
        .Select(path => (Name: Path.GetRelativePath(job.Folder, path), Content: Describe(path, job)))
        .Where(file => file.Content is not null)
        .ToDictionary(file => file.Name, file => file.Content!));

    /// <summary>Requires that a folder has the same.</summary>
    /// <param name="job">The same job, disturbed and complete.</param>
    public void RequireSame(JobFolder job)
    {
        IReadOnlyDictionary<string, string> found = Read(job).Files;
        foreach (string name in Files.Keys.Union(found.Keys).Order(StringComparer.Ordinal))
        {
            Promise.Require(found.ContainsKey(name), $"{job.Folder} lacks {name}, which the undisturbed run has.");
            Promise.Require(Files.ContainsKey(name), $"{job.Folder} has {name}, which the undisturbed run has not.");
            Promise.Require(Files[name] == found[name], $"{name} of {job.Folder} is not that of the undisturbed run.");
        }
    }

    private static string? Describe(string path, JobFolder job) => Path.GetFileName(path) switch
    {
        "log.jsonl" => string.Join('\n', File.ReadLines(path).Select(WithoutTimes)),
        "manifest.json" or "trainer.json" => "",
        "summary.json" or "summary.csv" or ".lock" => null,
        var name when name.StartsWith("events.", StringComparison.Ordinal) => null,
        var name when name.EndsWith(".json", StringComparison.Ordinal) => WithoutFolder(File.ReadAllText(path), job),
        _ => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))),
    };

    // Adapters name the model that they belong to.
    private static string WithoutFolder(string text, JobFolder job) =>
        text.Replace(job.Folder, "", StringComparison.Ordinal).Replace(job.Output, "", StringComparison.Ordinal);

    private static string WithoutTimes(string line)
    {
        JsonObject entry = JsonNode.Parse(line)!.AsObject();
        foreach (string key in _times)
        {
            entry.Remove(key);
        }

        return entry.ToJsonString();
    }
}
