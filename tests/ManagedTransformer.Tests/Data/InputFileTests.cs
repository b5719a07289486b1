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
        using FileStream zeros = File.OpenRead("/dev/zero"), nothing = File.OpenRead("/dev/null");
        InputException e = Assert.Throws<InputException>(() => InputFile.Read(zeros, 1 << 20));
        Assert.Contains("'/dev/zero' is no file with an end", e.Message, StringComparison.Ordinal);
        Assert.Empty(InputFile.Read(nothing));
    }
}
