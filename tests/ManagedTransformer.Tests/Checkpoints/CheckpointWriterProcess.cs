using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Tests.Checkpoints;

/// <summary>
/// A copy of the test program that does nothing but write checkpoints, generation after generation, until it is killed or fails.
/// </summary>
internal static class CheckpointWriterProcess
{
    private const string PathVariable = "MT_TEST_CHECKPOINT_WRITER_PATH";
    private const string FirstVariable = "MT_TEST_CHECKPOINT_WRITER_FIRST";
    private const string BytesVariable = "MT_TEST_CHECKPOINT_WRITER_BYTES";

    private static string Executable =>
        Path.ChangeExtension(Assembly.GetExecutingAssembly().Location, OperatingSystem.IsWindows() ? "exe" : null);

    /// <summary>Starts the writer; it prints the number of each completed generation, or the message of its failure.</summary>
    public static Process Start(string path, int first, int bytes, string? shellPrefix = null)
    {
        ProcessStartInfo start = shellPrefix is null
            ? new(Executable)
            : new("bash", ["-c", $"{shellPrefix}; exec '{Executable}'"]);
        start.RedirectStandardOutput = true;
        start.Environment[PathVariable] = path;
        start.Environment[FirstVariable] = first.ToString(CultureInfo.InvariantCulture);
        start.Environment[BytesVariable] = bytes.ToString(CultureInfo.InvariantCulture);
        // Its doubly mapped memory is a file to a limit on file sizes.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>Writes the files of one generation.</summary>
    public static void Fill(string folder, int generation, int bytes)
    {
        byte[] content = new byte[bytes];
        Array.Fill(content, (byte)generation);
        File.WriteAllText(Path.Combine(folder, CheckpointFolder.ConfigFile), generation.ToString(CultureInfo.InvariantCulture));
        int[] values = new int[bytes / sizeof(int)];
        Array.Fill(values, generation);
        SafetensorsWriter.Write(Path.Combine(folder, CheckpointFolder.ModelFile),
            [("values", Tensor.From(values, new Shape(values.Length)))]);
        File.WriteAllBytes(Path.Combine(folder, CheckpointFolder.OptimizerFile), content);
    }

    /// <summary>The generation whose files a folder holds, or -1 where they do not belong together.</summary>
    public static int Generation(string folder)
    {
        int generation = int.Parse(File.ReadAllText(Path.Combine(folder, CheckpointFolder.ConfigFile)), CultureInfo.InvariantCulture);
        using SafetensorsFile model = SafetensorsFile.Open(Path.Combine(folder, CheckpointFolder.ModelFile));
        bool isWhole = model.ReadIntegers("values").All(value => value == generation)
            && File.ReadAllBytes(Path.Combine(folder, CheckpointFolder.OptimizerFile)).All(value => value == (byte)generation);
        return isWhole ? generation : -1;
    }

    // Runs before the test runner's entry point, which belongs to the test framework.
    [ModuleInitializer]
    internal static void WriteUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is not { } path)
        {
            return;
        }

        int generation = int.Parse(Environment.GetEnvironmentVariable(FirstVariable)!, CultureInfo.InvariantCulture);
        int bytes = int.Parse(Environment.GetEnvironmentVariable(BytesVariable)!, CultureInfo.InvariantCulture);
        try
        {
            for (; ; generation++)
            {
                CheckpointFolder.Write(path, folder => Fill(folder, generation, bytes));
                Console.WriteLine(generation);
            }
        }
        catch (InputException e)
        {
            Console.WriteLine(e.Message);
            Environment.Exit(1);
        }
    }
}
