using System.Diagnostics;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data.Parquet;
using ManagedTransformer.Files;
using ManagedTransformer.Runs;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Torch;
using ManagedTransformer.Training;
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

    [Fact]
    public void ADeviceBehindALinkIsRefusedByName()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Devices of other systems may have positions.");
        using TemporaryFolder folder = new();
        string link = folder["log.jsonl"];
        File.CreateSymbolicLink(link, "/dev/zero");
        Action[] readers = [() => RunLog.Read(link), () => TrainingLog.DescribeStrangers(link), () => _ = new TrainingLog(link, 1)];
        Assert.All(readers, read => Assert.Equal($"'{link}' is a pipe or a device, not a file.",
            Assert.Throws<InputException>(read).Message));
    }

    // To open one waits for somebody who writes.
    [Fact]
    public async Task APipeIsRefusedByName()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes have no names in folders on Windows.");
        using TemporaryFolder folder = new();
        string pipe = folder["pipe"], link = folder["link"];
        using (Process made = Process.Start("mkfifo", [pipe]))
        {
            made.WaitForExit();
        }

        File.CreateSymbolicLink(link, pipe);
        Action<string>[] readers =
        [
            path => InputFile.ReadAllBytes(path), path => TokenizerBytes.Read(path), path => TorchFile.Open(path),
            path => ParquetFile.Open(path), path => RunLog.Read(path),
            path => TrainingLog.DescribeStrangers(path), path => new TrainingLog(path, 1).Dispose(),
            path => ModuleWeights.Restore(path, _ => { }), path => AtomicFile.Write(path, "x"u8),
        ];
        foreach (Action<string> read in readers)
        {
            foreach (string path in (string[])[pipe, link])
            {
                CancellationToken token = TestContext.Current.CancellationToken;
                InputException e = await Task.Run(() => Assert.Throws<InputException>(() => read(path)), token)
                    .WaitAsync(TimeSpan.FromSeconds(20), token);
                Assert.Equal($"'{path}' is a pipe or a device, not a file.", e.Message);
            }
        }
    }
}
