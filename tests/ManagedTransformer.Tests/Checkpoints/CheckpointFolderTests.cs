using ManagedTransformer.Checkpoints;
using ManagedTransformer.Tests.Data;
using Xunit;

namespace ManagedTransformer.Tests.Checkpoints;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Checkpoint => _folder["last"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ACheckpointComesBackAndIsReplaced()
    {
        Write(1);
        Assert.Equal(Checkpoint, CheckpointFolder.Open(Checkpoint));
        Write(2);
        Assert.Equal(2, CheckpointWriterProcess.Generation(CheckpointFolder.Open(Checkpoint + "/")));
        Assert.Equal([Checkpoint], Directory.GetFileSystemEntries(_folder.Name));
        CheckpointFolder.Write(_folder["new/deep"], temporary =>
        {
            Directory.CreateDirectory(Path.Combine(temporary, "sub"));
            File.WriteAllText(Path.Combine(temporary, "sub", "a"), "abc");
        });
        Assert.Contains(
            "\"sub/a\"", File.ReadAllText(_folder["new/deep/manifest.json"]), StringComparison.Ordinal);
        Assert.Contains(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", File.ReadAllText(_folder["new/deep/manifest.json"]),
            StringComparison.Ordinal);
        CheckpointFolder.Open(_folder["new/deep"]);
    }

    [Fact]
    public void ACheckpointThatIsReplacedWhileItIsReadIsReadAnew()
    {
        Write(1);
        int attempts = 0;
        int generation = CheckpointFolder.Read(Checkpoint, folder =>
        {
            if (++attempts == 1)
            {
                Write(2);
                throw new InvalidDataException("Half of this was the old one.");
            }

            return CheckpointWriterProcess.Generation(folder);
        });
        Assert.Equal((2, 2), (generation, attempts));
        Assert.Throws<InvalidDataException>(() => CheckpointFolder.Read<int>(Checkpoint, _ => throw new InvalidDataException("damaged")));
    }

    [Theory]
    [InlineData(false, true, true)]
    [InlineData(false, true, false)]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    public void EveryStateThatAKillLeavesIsRecovered(bool hasCurrent, bool hasOld, bool hasTemporary)
    {
        Write(1);
        if (hasOld)
        {
            Directory.Move(Checkpoint, Checkpoint + ".old");
            if (hasCurrent)
            {
                Write(2);
                CheckpointFolder.Write(_folder["other"], temporary => CheckpointWriterProcess.Fill(temporary, 1, 10));
                Directory.Move(_folder["other"], Checkpoint + ".old");
            }
        }

        if (hasTemporary)
        {
            Directory.CreateDirectory(Checkpoint + ".tmp-123");
            File.WriteAllText(Checkpoint + ".tmp-123/config.json", "half");
        }

        Assert.Equal(hasCurrent && hasOld ? 2 : 1, CheckpointWriterProcess.Generation(CheckpointFolder.Open(Checkpoint)));
        Assert.Throws<InvalidOperationException>(() => CheckpointFolder.Write(Checkpoint, _ => throw new InvalidOperationException()));
        Assert.Equal(hasCurrent && hasOld ? 2 : 1, CheckpointWriterProcess.Generation(CheckpointFolder.Open(Checkpoint)));
        Write(3);
        Assert.Equal(3, CheckpointWriterProcess.Generation(CheckpointFolder.Open(Checkpoint)));
        Assert.Equal([Checkpoint], Directory.GetFileSystemEntries(_folder.Name));
    }

    [Fact]
    public void DamageIsReportedWithTheFile()
    {
        string optimizer = Path.Combine(Checkpoint, "optimizer.safetensors");
        RequireRefused("optimizer.safetensors", "missing", () => File.Delete(optimizer));
        RequireRefused("optimizer.safetensors", "has 101 bytes instead of 100", () => File.AppendAllText(optimizer, "x"));
        RequireRefused("config.json", "checksum", () => File.WriteAllText(Path.Combine(Checkpoint, "config.json"), "2"));
        RequireRefused("manifest.json", "has no", () => File.Delete(Path.Combine(Checkpoint, "manifest.json")));
    }

    [Theory]
    [InlineData("", "not the JSON")]
    [InlineData("null", "empty")]
    [InlineData("{}", "not the JSON")]
    [InlineData("""{"version":1,"files":null}""", "not the JSON")]
    [InlineData("""{"version":2,"files":{}}""", "version 2")]
    [InlineData("""{"version":1,"files":{"a":null}}""", "not valid")]
    [InlineData("""{"version":1,"files":{"a":{"bytes":1}}}""", "not the JSON")]
    [InlineData("""{"version":1,"files":{"../config.json":{"bytes":1,"sha256":""}}}""", "not valid")]
    [InlineData("""{"version":1,"files":{"/etc/passwd":{"bytes":1,"sha256":""}}}""", "not valid")]
    [InlineData("""{"version":1,"files":{"":{"bytes":1,"sha256":""}}}""", "not valid")]
    public void AHostileManifestIsRefused(string manifest, string expected) =>
        RequireRefused("manifest.json", expected, () => File.WriteAllText(Path.Combine(Checkpoint, "manifest.json"), manifest));

    [Fact]
    public void AFolderWithoutManifestIsAcceptedOnRequest()
    {
        Directory.CreateDirectory(Checkpoint);
        File.WriteAllText(Path.Combine(Checkpoint, "config.json"), "{}");
        Assert.Equal(Checkpoint, CheckpointFolder.Open(Checkpoint, requireManifest: false));
        Assert.Throws<InputException>(() => CheckpointFolder.Open(Checkpoint));
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => CheckpointFolder.Open(_folder["none"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ResolvePrefersTheBestCheckpoint()
    {
        Assert.Contains("best/", Assert.Throws<InputException>(() => CheckpointFolder.Resolve(_folder.Name)).Message,
            StringComparison.Ordinal);
        Write(1);
        Assert.Equal(Checkpoint, CheckpointFolder.Resolve(_folder.Name));
        Assert.Equal(Checkpoint, CheckpointFolder.Resolve(Checkpoint));
        CheckpointFolder.Write(_folder["best"], temporary => CheckpointWriterProcess.Fill(temporary, 2, 10));
        Assert.Equal(_folder["best"], CheckpointFolder.Resolve(_folder.Name));
        Directory.Move(_folder["best"], _folder["best.old"]);
        Assert.Equal(_folder["best.old"], CheckpointFolder.Resolve(_folder.Name));
        Assert.Equal(_folder["best.old"], CheckpointFolder.Resolve(_folder["best"]));
        File.Delete(Path.Combine(Checkpoint, "manifest.json"));
        Assert.Equal(Checkpoint, CheckpointFolder.Resolve(Checkpoint));
    }

    [Fact]
    public void AFailingWriteLeavesTheOldCheckpoint()
    {
        Write(1);
        if (OperatingSystem.IsLinux())
        {
            string message = Assert.Throws<InputException>(() => CheckpointFolder.Write(Checkpoint, temporary =>
            {
                string full = Path.Combine(temporary, "model.safetensors");
                File.CreateSymbolicLink(full, "/dev/full");
                File.WriteAllText(full, "data");
            })).Message;
            Assert.StartsWith($"The checkpoint '{Checkpoint}' cannot be written: No space left on device", message,
                StringComparison.Ordinal);
        }

        Assert.Throws<OperationCanceledException>(() => CheckpointFolder.Write(Checkpoint, _ => throw new OperationCanceledException()));
        Assert.Equal(1, CheckpointWriterProcess.Generation(CheckpointFolder.Open(Checkpoint)));
        Assert.Equal([Checkpoint], Directory.GetFileSystemEntries(_folder.Name));
    }

    [Fact]
    public void WhatIsNoCheckpointIsNotReplaced()
    {
        File.WriteAllText(_folder["file"], "");
        Assert.Contains("a file of that name",
            Assert.Throws<InputException>(() => CheckpointFolder.Write(_folder["file"], _ => { })).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => CheckpointFolder.Write(_folder["file/last"], _ => { }));
        Directory.CreateDirectory(_folder["photos"]);
        File.WriteAllText(_folder["photos/1"], "");
        Assert.Contains("something else", Assert.Throws<InputException>(() => CheckpointFolder.Write(_folder["photos"], _ => { })).Message,
            StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["photos/1"]));
        File.Delete(_folder["photos/1"]);
        CheckpointFolder.Write(_folder["photos"], temporary => CheckpointWriterProcess.Fill(temporary, 1, 1));
        CheckpointFolder.Open(_folder["photos"]);
    }

    [Fact]
    public void AnUnwritableFolderIsReported()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Permissions do not bind the administrator.");
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Write(1);
        File.SetUnixFileMode(_folder.Name, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            string message = Assert.Throws<InputException>(() => Write(2)).Message;
            Assert.StartsWith($"The checkpoint '{Checkpoint}' cannot be written: ", message, StringComparison.Ordinal);
            Assert.Equal(1, CheckpointWriterProcess.Generation(CheckpointFolder.Open(Checkpoint)));
        }
        finally
        {
            File.SetUnixFileMode(_folder.Name, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private void Write(int generation) =>
        CheckpointFolder.Write(Checkpoint, temporary => CheckpointWriterProcess.Fill(temporary, generation, 100));

    private void RequireRefused(string file, string expected, Action damage)
    {
        Write(1);
        damage();
        string message = Assert.Throws<InputException>(() => CheckpointFolder.Open(Checkpoint)).Message;
        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }
}
