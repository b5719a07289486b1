using System.Diagnostics;
using System.Globalization;
using ManagedTransformer.Files;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Who an output folder belongs to where the lock itself does not say, and what stands in the way besides a lock.</summary>
public sealed class OutputLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AClockThatWasSetTakesTheFolderFromNobody()
    {
        SkipElsewhere();
        using Process other = Start("sleep", "60");
        try
        {
            WriteOwner(other, new DateTime(2020, 1, 1), RunningProcess.Find(other.Id)!.Mark);
            InputException refused = Assert.Throws<InputException>(() => TrainingFolder.Lock(_folder.Name));
            Assert.Contains($"process {other.Id} ", refused.Message, StringComparison.Ordinal);

            // Another process that came to have the same number.
            WriteOwner(other, other.StartTime.ToUniversalTime(), "1@another boot");
            TrainingFolder.Lock(_folder.Name).Dispose();
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public void AProcessThatHasEndedAndThatNobodyWaitsForOwnsNothing()
    {
        SkipElsewhere();

        // What the shell becomes does not know of the child.
        using Process parent = Start("sh", "-c", "sleep 0.2 & echo $!; exec sleep 60");
        try
        {
            int child = int.Parse(parent.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
            string status = $"/proc/{child}/stat";
            Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal), 10_000));
            using Process ended = Process.GetProcessById(child);
            WriteOwner(ended, ended.StartTime.ToUniversalTime(), "");
            TrainingFolder.Lock(_folder.Name).Dispose();
        }
        finally
        {
            parent.Kill();
        }
    }

    [Fact]
    public void AFileThatCannotBeWrittenIsNoLock()
    {
        SkipElsewhere();
        File.Copy("/bin/sleep", _folder[".lock"]);
        using Process running = Start(_folder[".lock"], "60");
        try
        {
            InputException refused = Assert.Throws<InputException>(() => TrainingFolder.Lock(_folder.Name));
            Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("in use by", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            running.Kill();
        }
    }

    private static void SkipElsewhere() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked at in /proc.");

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;

    private void WriteOwner(Process process, DateTime start, string mark) => File.WriteAllText(
        _folder[".owner"],
        string.Create(
            CultureInfo.InvariantCulture,
            $"{process.Id}\n{process.ProcessName}\n{start:yyyy-MM-dd HH:mm:ss}\n{Environment.MachineName}\n{mark}\n"));
}
