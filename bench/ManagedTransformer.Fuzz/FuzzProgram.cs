using System.Diagnostics;
using System.Globalization;
using System.Text;
using ManagedTransformer.Files;
using ManagedTransformer.Fuzz.Targets;

namespace ManagedTransformer.Fuzz;

/// <summary>The commands of <c>mt-fuzz</c>.</summary>
internal static class FuzzProgram
{
    /// <summary>Exit codes: something was found, and what was asked for cannot be done.</summary>
    public const int Found = 1, Failed = 2;

    private const int Shown = 250;

    private const string Usage = """
        mt-fuzz list                                        the readers, and how many seeds each has
        mt-fuzz run TARGET|all [--count N] [--seed N] [--finds FOLDER]
                                                            reads changed files; what goes wrong is kept in FOLDER
        mt-fuzz show TARGET FILE                            reads one file and says what happens
        mt-fuzz seeds TARGET FOLDER                         writes the seeds, and words.dict beside the folder, for afl++
        mt-fuzz afl TARGET                                  reads what afl-fuzz gives (afl.sh)
        """;

    /// <summary>Runs a command.</summary>
    /// <param name="args">What was given.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args) => args switch
    {
        ["list"] => List(),
        ["run", string name, .. string[] options] => Run(name, options),
        ["show", string name, string file] => Show(Single(name), file),
        ["seeds", string name, string folder] => WriteSeeds(Single(name), folder),
        ["afl", string name] => AflEntry.Run(Single(name)),
        _ => Help(),
    };

    private static FuzzTarget Single(string name) => FuzzTargets.Find(name) is [var one]
        ? one
        : throw new InputException("This needs one target.");

    private static int Help()
    {
        Console.Error.WriteLine(Usage);
        return Failed;
    }

    private static int List()
    {
        foreach (FuzzTarget target in FuzzTargets.All)
        {
            Console.WriteLine($"{target.Name,-20} {target.Seeds.Count,4}  {target.Summary}");
        }

        return 0;
    }

    private static int Run(string name, string[] options)
    {
        int count = 10_000;
        ulong seed = 1;
        string finds = "finds";
        for (int i = 0; i < options.Length; i += 2)
        {
            string value = i + 1 < options.Length ? options[i + 1] : throw new InputException($"{options[i]} needs a value.");
            switch (options[i])
            {
                case "--count":
                    count = (int)Number(value);
                    break;
                case "--seed":
                    seed = Number(value);
                    break;
                case "--finds":
                    finds = value;
                    break;
                default:
                    throw new InputException($"There is no option {options[i]}, but --count, --seed and --finds.");
            }
        }

        int found = 0;
        foreach (FuzzTarget target in FuzzTargets.Find(name))
        {
            Stopwatch clock = Stopwatch.StartNew();
            IReadOnlyList<FuzzFind> wrong = new FuzzRun(target, seed).Run(count);
            found += wrong.Count;
            Console.WriteLine($"{target.Name,-20} {count,7} files  {clock.Elapsed.TotalSeconds,7:F1} s  {wrong.Count} finds");
            foreach (FuzzFind find in wrong)
            {
                Keep(find, finds, seed);
            }
        }

        return found == 0 ? 0 : Found;
    }

    private static ulong Number(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
        && number <= int.MaxValue
        ? number
        : throw new InputException($"'{text}' is no number from 0 to {int.MaxValue}.");

    private static void Keep(FuzzFind find, string folder, ulong seed)
    {
        string path = Path.Combine(folder, $"{find.Target.Name}-{seed}-{find.Index}");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(path, find.Bytes);
        File.WriteAllText($"{path}.txt", find.Reason);
        Console.WriteLine($"  {path}: {Shorten(find.Reason.Split('\n')[0])}");
    }

    private static string Shorten(string text) => text.Length <= Shown ? text : $"{text[..Shown]}...";

    private static int Show(FuzzTarget target, string file)
    {
        using Reading reading = new(target);
        byte[] bytes = InputFile.ReadAllBytes(file);
        string? reason = null;
        Thread thread = new(() => reason = reading.Check(bytes), FuzzLimits.Stack);
        thread.Start();
        thread.Join();
        Console.WriteLine(reason ?? reading.Refusal ?? "It is read.");
        return reason is null ? 0 : Found;
    }

    private static int WriteSeeds(FuzzTarget target, string folder)
    {
        Directory.CreateDirectory(folder);
        for (int i = 0; i < target.Seeds.Count; i++)
        {
            File.WriteAllBytes(Path.Combine(folder, $"{i}"), target.Seeds[i]);
        }

        File.WriteAllLines($"{folder}.dict", target.Words.Select(word =>
            $"\"{string.Concat(Encoding.UTF8.GetBytes(word).Select(part => $"\\x{part:x2}"))}\""));
        return 0;
    }
}
