using System.Diagnostics;
using System.Globalization;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Tests.Data;
using Xunit;

namespace ManagedTransformer.Tests.Checkpoints;

public class CheckpointKillTests
{
    [Fact]
    public void ACompleteCheckpointSurvivesEveryKill()
    {
        using var folder = new TemporaryFolder();
        string path = folder["last"];
        Random random = new(1);
        int next = 1;
        for (int kill = 0; kill < 15; kill++)
        {
            using Process writer = CheckpointWriterProcess.Start(path, next, bytes: 4096);
            int completed = int.Parse(writer.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
            Assert.False(writer.WaitForExit(random.Next(150)));
            writer.Kill();
            while (writer.StandardOutput.ReadLine() is { } line)
            {
                completed = int.Parse(line, CultureInfo.InvariantCulture);
            }

            writer.WaitForExit();
            int found = CheckpointWriterProcess.Generation(CheckpointFolder.Open(path));
            // The writer may die after the swap and before it says so.
            Assert.InRange(found, completed, completed + 1);
            next = found + 1;
        }

        CheckpointFolder.Write(path, temporary => CheckpointWriterProcess.Fill(temporary, next, 10));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Name));
    }

    [Fact]
    public void AFullDiskLeavesTheOldCheckpoint()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Limits the size of files with bash's ulimit.");
        using var folder = new TemporaryFolder();
        string path = folder["last"];
        CheckpointFolder.Write(path, temporary => CheckpointWriterProcess.Fill(temporary, 5, 100));
        using Process writer = CheckpointWriterProcess.Start(path, 6, bytes: 1 << 20, "trap '' XFSZ; ulimit -f 64");
        string message = writer.StandardOutput.ReadToEnd();
        writer.WaitForExit();
        Assert.Equal(1, writer.ExitCode);
        Assert.StartsWith($"The checkpoint '{path}' cannot be written: ", message, StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Name));
        Assert.Equal(5, CheckpointWriterProcess.Generation(CheckpointFolder.Open(path)));
    }
}
