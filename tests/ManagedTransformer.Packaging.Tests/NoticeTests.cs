using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace ManagedTransformer.Packaging.Tests;

/// <summary>What <c>NOTICE</c> says of the packages of others, against those that were restored.</summary>
public sealed partial class NoticeTests
{
    // Packages that name a file or a page in place of a licence of the SPDX list.
    private static readonly Dictionary<string, string> _ownWords = new()
    {
        ["CommandLineParser"] = "MIT",
        ["ILGPU"] = "NCSA",
        ["K4os.Compression.LZ4"] = "MIT",
        ["Microsoft.DotNet.PlatformAbstractions"] = "MIT",
        ["MPI.NET"] = "BSL-1.0",
    };

    private static readonly string[] _parts =
        File.ReadAllText(Path.Combine(Repository.Root, "NOTICE")).Split("\nPart ")[1..];

    [Fact]
    public void EveryPackageIsNamedWithItsLicence()
    {
        Dictionary<string, string> named = Named(_parts[0]).Concat(Named(_parts[1])).ToDictionary();
        RestoredPackage[] packages = [.. RestoredPackage.All()];
        Assert.True(packages.Length > 20, "No packages were restored.");
        Assert.Empty(
            from package in packages
            let licence = LicenceOf(package)
            where named.GetValueOrDefault(package.Name) != licence
            select $"NOTICE lacks {package.Name} with {licence}");
    }

    [Fact]
    public void NothingElseIsNamed() => Assert.Empty(
        Named(_parts[0]).Concat(Named(_parts[1])).Select(entry => entry.Key)
            .Except(RestoredPackage.All().Select(package => package.Name))
            .Except(Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
                .SelectMany(path => Reference().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value)))
            .Except(Tools()));

    [Fact]
    public void WhatIsPublishedIsApartFromWhatBuildsIt() => Assert.Equal(
        RestoredPackage.All().Where(package => package.IsPublished).Select(package => package.Name).Order(StringComparer.OrdinalIgnoreCase),
        Named(_parts[0]).Select(entry => entry.Key));

    [Fact]
    public void EveryLicenceOfWhatIsPublishedIsQuoted() => Assert.All(
        Named(_parts[0]).Select(entry => entry.Value).Distinct(),
        licence => Assert.Contains($"---- {licence}", _parts[2], StringComparison.Ordinal));

    private static string LicenceOf(RestoredPackage package)
    {
        if (_ownWords.TryGetValue(package.Name, out string? own))
        {
            return own;
        }

        XElement licence = XDocument.Load(package.Specification).Descendants().Single(element => element.Name.LocalName == "license");
        Assert.Equal("expression", licence.Attribute("type")?.Value);
        return licence.Value;
    }

    private static IEnumerable<string> Tools() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, ".config", "dotnet-tools.json")))!["tools"]!.AsObject()
            .Select(tool => tool.Key);

    private static IEnumerable<KeyValuePair<string, string>> Named(string part) =>
        Entry().Matches(part).Select(match => KeyValuePair.Create(match.Groups[1].Value, match.Groups[2].Value));

    [GeneratedRegex(@"^    (\S+) {2,}(\S+)", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex("<PackageReference Include=\"([^\"]+)\"")]
    private static partial Regex Reference();
}
