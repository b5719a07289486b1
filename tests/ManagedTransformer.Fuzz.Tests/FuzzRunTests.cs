using System.Runtime.CompilerServices;
using ManagedTransformer.Fuzz.Mutation;
using Xunit;

namespace ManagedTransformer.Fuzz.Tests;

/// <summary>Readers that do what they must not are found, and the same seed gives the same files.</summary>
public sealed class FuzzRunTests
{
    private const string File = "file.bin";

    [Fact]
    public void AnotherExceptionIsFound() => Assert.Contains("NotSupported", Reason(_ => throw new NotSupportedException()));

    [Fact]
    public void AMessageThatCommandsATerminalIsFound() =>
        Assert.Contains("no sentence", Reason(_ => throw new InvalidDataException("\u001b[2J"), typeof(InvalidDataException)));

    [Fact]
    public void AFileThatIsWrittenIsFound() =>
        Assert.Contains("writes left", Reason(folder => System.IO.File.WriteAllText(Path.Combine(folder, "left"), "")));

    [Fact]
    public void AFileThatIsChangedIsFound() =>
        Assert.Contains("writes file.bin", Reason(folder => System.IO.File.AppendAllText(Path.Combine(folder, File), "a")));

    [Fact]
    public void MemoryInUseIsFoundAndGarbageIsNot()
    {
        Assert.Contains("bytes of memory", Reason(_ => Use(new byte[100 << 20])));
        Assert.Null(Reason(_ =>
        {
            for (int i = 0; i < 200; i++)
            {
                Use(new byte[1 << 20]);
            }
        }));
    }

    [Fact]
    public void TheSameSeedMakesTheSameFiles()
    {
        FuzzTarget target = Target(_ => { });
        Mutator first = new(target), second = new(target);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(first.Make(3, i), second.Make(3, i));
        }

        Assert.NotEqual(first.Make(3, 0), first.Make(4, 0));
    }

    [Fact]
    public void ChangedJsonIsMostlyJson()
    {
        byte[] file = """{"a":[1,2,{"b":"c"}],"d":null}"""u8.ToArray();
        int valid = Enumerable.Range(0, 1000).Count(i => IsJson(JsonChanges.Change(file, new Random(i))));
        Assert.InRange(valid, 500, 990);
    }

    private static bool IsJson(byte[] file)
    {
        try
        {
            System.Text.Json.JsonDocument.Parse(file).Dispose();
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Use(byte[] bytes)
    {
        bytes[^1] = 1;
        if (bytes.Length > FuzzLimits.Memory)
        {
            Thread.Sleep(400); // for many looks, also on a busy machine
        }

        GC.KeepAlive(bytes);
    }

    private static string? Reason(Action<string> read, Type? documented = null)
    {
        FuzzTarget target = Target(read) with { Documented = documented };
        using Reading reading = new(target);
        return reading.Check("a"u8.ToArray());
    }

    private static FuzzTarget Target(Action<string> read) => new("test", "nothing", File, read)
    {
        Written = () => new Dictionary<string, byte[]> { [File] = "some bytes to begin with"u8.ToArray() },
    };
}
