using ManagedTransformer.Files;
using Xunit;

namespace ManagedTransformer.Tests.Data;

/// <summary>Files that are none.</summary>
public sealed class InputFileTests
{
    [Fact]
    public void WhatNeverEndsIsRefusedByName()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is no such device here.");
        InputException e = Assert.Throws<InputException>(() => InputFile.Read("/dev/zero", 1 << 20));
        Assert.Contains("'/dev/zero' is no file with an end", e.Message, StringComparison.Ordinal);
        Assert.Empty(InputFile.Read("/dev/null"));
    }
}
