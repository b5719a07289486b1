using System.IO.Compression;
using System.Xml.Linq;
using Xunit;

namespace ManagedTransformer.Packaging.Tests;

/// <summary>What is in the packages.</summary>
[Collection(PackageCollection.Name)]
public sealed class PackageTests(PackageFeed feed, ITestOutputHelper log)
{
    [Fact]
    public void EveryProjectIsAPackageWithItsSymbols()
    {
        Assert.Equal(
            Repository.Packages.SelectMany(id => new[] { $"{id}.{feed.Version}.nupkg", $"{id}.{feed.Version}.snupkg" }).Order(),
            Directory.EnumerateFiles(feed.Feed).Select(path => Path.GetFileName(path)).Order());
        foreach (string id in Repository.Packages)
        {
            log.WriteLine($"{id}: {new FileInfo(feed.PathOf(id, "nupkg")).Length:N0} bytes");
            using ZipArchive symbols = ZipFile.OpenRead(feed.PathOf(id, "snupkg"));
            Assert.Contains(symbols.Entries, entry => entry.Name == (id switch
            {
                Repository.Tool => "mt.pdb",
                Repository.Server => "mt-serve.pdb",
                _ => $"{id}.pdb",
            }));
        }
    }

    [Fact]
    public void EveryPackageTellsWhatItIs()
    {
        foreach (string id in Repository.Packages)
        {
            using ZipArchive package = ZipFile.OpenRead(feed.PathOf(id, "nupkg"));
            XElement metadata = XDocument.Load(package.GetEntry($"{id}.nuspec")!.Open()).Root!.Elements().Single();
            Assert.Equal("MIT", Value("license"));
            Assert.False(string.IsNullOrWhiteSpace(Value("description")));
            Assert.NotEmpty(Value("tags").Split(' '));
            Assert.InRange(package.GetEntry(Value("icon"))!.Length, 1, 10_000);
            using StreamReader reader = new(package.GetEntry(Value("readme"))!.Open());
            Assert.Equal($"# {id}", reader.ReadLine());

            // Ours come together; nothing that only analyzes sources is passed on.
            XElement[] dependencies = [.. metadata.Descendants().Where(element => element.Name.LocalName == "dependency")];
            Assert.All(dependencies, dependency => Assert.Equal(
                dependency.Attribute("id")!.Value.StartsWith("ManagedTransformer", StringComparison.Ordinal),
                dependency.Attribute("version")!.Value == feed.Version));
            Assert.DoesNotContain(
                dependencies, dependency => dependency.Attribute("id")!.Value.Contains("Analyzers", StringComparison.Ordinal));

            string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
        }
    }

    [Fact]
    public void LibrariesBringTheirDocumentation()
    {
        foreach (string id in Repository.Libraries)
        {
            using ZipArchive package = ZipFile.OpenRead(feed.PathOf(id, "nupkg"));
            Assert.Equal(
                [$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"],
                package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("lib/", StringComparison.Ordinal)).Order());
        }
    }
}
