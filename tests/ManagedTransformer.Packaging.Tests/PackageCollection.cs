using Xunit;

namespace ManagedTransformer.Packaging.Tests;

/// <summary>Tests that share one feed.</summary>
[CollectionDefinition(Name)]
public sealed class PackageCollection : ICollectionFixture<PackageFeed>
{
    public const string Name = "packages";
}
