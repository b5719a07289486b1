using System.Security.Cryptography;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Generation;
using ManagedTransformer.Gpu;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;

namespace ManagedTransformer.Tests.OnDevice;

/// <summary>
/// What must hold for an architecture on a device: its losses are the CPU's, the same run gives the same bits, also when it is cut and
/// resumed, runs change devices, it generates what the CPU generates, steps with a state give what the whole sequence gives, and it waits
/// for the device no more often than it must.
/// </summary>
internal sealed class ArchitectureCheck : IDisposable
{
    private const int Steps = 12, Cut = 5, Tokens = 24;
    private const double LossTolerance = 1e-4, StateTolerance = 2e-5, LogitTolerance = 1e-4;

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _failures = [];
    private readonly string _name;
    private readonly Recipe _recipe;
    private readonly Device _device;

    private ArchitectureCheck(string name, Device device)
    {
        (_name, _device) = (name, device);
        _recipe = ArchitectureRecipes.Load(name, _folder["recipe.json"]);
        File.WriteAllText(_folder["text.txt"],
            string.Concat(Enumerable.Range(0, 300).Select(i => $"{i} and {i + 1} make {(2 * i) + 1}.\n")));
        File.WriteAllText(_folder["source.txt"], string.Concat(Enumerable.Range(0, 60).Select(i => $"{i} and {i + 1}\n")));
        File.WriteAllText(_folder["target.txt"], string.Concat(Enumerable.Range(0, 60).Select(i => $"they make {(2 * i) + 1}\n")));
    }

    public static IEnumerable<string> Names => ArchitectureRecipes.Names;

    /// <summary>Checks an architecture.</summary>
    /// <returns>What does not hold, one line each.</returns>
    public static string Run(string name, Device device)
    {
        using ArchitectureCheck check = new(name, device);
        check.Training();
        check.Generation();
        check.States();
        return string.Join('\n', check._failures);
    }

    /// <summary>Trains for 2,000 updates: minutes on a software device, so that no test asks for it.</summary>
    /// <returns>What does not hold: device memory must be the same from update 200 on.</returns>
    public static string RunLong(string name, Device device)
    {
        using ArchitectureCheck check = new(name, device);
        using DeviceScope scope = new(device);
        GpuMemoryPool pool = ((GpuDevice)device).Pool;
        Dictionary<long, long> bytes = [];
        TrainingRun.Prepare(check._recipe, check.Options("long") with { Steps = 2000 })
            .Run(progress => bytes[progress.Step] = pool.AllocatedBytes);

        // The evaluation at update 1,000 has batches of its own, for which the pool grows once.
        check.Require(bytes[200] == bytes[999], $"{bytes[200]} bytes at update 200, {bytes[999]} at update 999");
        check.Require(bytes[1100] == bytes[1999], $"{bytes[1100]} bytes at update 1,100, {bytes[1999]} at update 1,999");
        return string.Join('\n', check._failures);
    }

    public void Dispose() => _folder.Dispose();

    private void Training()
    {
        double[] cpu = Train("cpu", Device.Cpu), there = Train("there", _device);
        Near(cpu[^1], there[^1], $"the loss after {Steps} updates (losses {string.Join(' ', cpu)} and {string.Join(' ', there)})");

        Train("cut", _device, Cut);
        Train("cut", _device, resume: true);
        if (Hash("there") != Hash("cut"))
        {
            _failures.Add($"{_name}: a run that was cut at step {Cut} and resumed ended with other bits than one in a piece");
        }

        Train("moved", _device, Cut);
        Near(cpu[^1], Train("moved", Device.Cpu, resume: true)[^1], "the loss of a run that moved to the CPU");
        Train("back", Device.Cpu, Cut);
        Near(cpu[^1], Train("back", _device, resume: true)[^1], "the loss of a run that moved from the CPU");
    }

    private void Generation()
    {
        if (_recipe is TranslationRecipe)
        {
            string here = Translate(Device.Cpu), there = Translate(_device);
            Require(here == there, $"it translates into '{there}', on the CPU into '{here}'");
            return;
        }

        (int[] expected, float[][] margins) = Generate(Device.Cpu);
        (int[] actual, _) = Generate(_device);
        int differs = Enumerable.Range(0, expected.Length).FirstOrDefault(i => i >= actual.Length || expected[i] != actual[i], -1);
        if (differs >= 0)
        {
            Require(margins[differs][0] - margins[differs][1] <= LogitTolerance,
                $"token {differs} is {actual[differs]}, on the CPU {expected[differs]}");
        }
    }

    // The greedy continuation, and the two best logits before every token.
    private (int[] Ids, float[][] Best) Generate(Device device)
    {
        using DeviceScope scope = new(device);
        LanguageModel model = LanguageModel.Load(_folder["cpu"]);
        CausalLanguageModel network = model.Network;
        LanguageModelState state = network.CreateState();
        int[] ids = new int[Tokens];
        float[][] best = new float[Tokens][];
        Tensor read = Tensor.From("7 and "u8.ToArray().Select(value => (int)value).ToArray(), new Shape(1, 6));
        for (int i = 0; i < Tokens; i++)
        {
            float[] logits = network.Step(read, state).ToArray();
            ids[i] = Array.IndexOf(logits, logits.Max());
            best[i] = [.. logits.OrderDescending().Take(2)];
            read = Tensor.From([ids[i]], new Shape(1, 1));
        }

        long before = Reads();
        int count = model.Generate("7 and ", new GenerationOptions { MaxTokens = Tokens, Temperature = 0 }).Count();
        Require(Reads() - before <= count + (_name is "adaptive_span" or "all_attention" ? 1 : 0),
            $"{Reads() - before} waits for {count} tokens");
        return (ids, best);
    }

    private string Translate(Device device)
    {
        using DeviceScope scope = new(device);
        TranslationModel model = TranslationModel.Load(_folder["cpu"]);
        return string.Join('|', model.Translate(["3 and 4", "17 and 18"],
            new TranslationOptions { Search = new BeamSearchOptions { Beam = 2 } }).Select(found => found.Text));
    }

    private void States()
    {
        using DeviceScope scope = new(_device);
        using NoGradientScope _ = new();
        (Tensor whole, List<float[]> steps) = _recipe is TranslationRecipe ? TranslationStates() : LanguageModelStates();
        float[] expected = whole.ToArray();
        int width = expected.Length / Tokens;
        for (int i = 0; i < Tokens; i++)
        {
            for (int j = 0; j < width; j++)
            {
                float want = expected[(i * width) + j], have = steps[i][j];
                if (!(Math.Abs(want - have) <= StateTolerance * (1 + Math.Abs(want))))
                {
                    _failures.Add($"{_name}: position {i} by steps gives {have}, the whole sequence {want}");
                    return;
                }
            }
        }
    }

    private (Tensor Whole, List<float[]> Steps) LanguageModelStates()
    {
        LanguageModel model = LanguageModel.Load(_folder["there"]);
        int[] ids = [.. Enumerable.Range(0, Tokens).Select(i => 32 + (i * 7 % 90))];
        LanguageModelState state = model.Network.CreateState();
        return (model.Network.Forward(Tensor.From(ids, new Shape(1, Tokens)), ForwardContext.Inference),
            [.. ids.Select(id => model.Network.Step(Tensor.From([id], new Shape(1, 1)), state).ToArray())]);
    }

    private (Tensor Whole, List<float[]> Steps) TranslationStates()
    {
        TranslationModel model = TranslationModel.Load(_folder["there"]);
        EncoderDecoderModel network = model.Network;
        int[] ids = [.. Enumerable.Range(0, Tokens).Select(i => 10 + (i * 7 % 90))];
        Tensor source = Tensor.From(ids.AsSpan(0, 9), new Shape(1, 9));
        DecodingState state = network.CreateState(network.Encode(source, ForwardContext.Inference),
            depth: network.Config.Exits is null ? null : new ExitRule { Kind = HaltingKind.None });
        return (network.Forward(source, Tensor.From(ids, new Shape(1, Tokens)), ForwardContext.Inference),
            [.. ids.Select(id => network.Step(Tensor.From([id], new Shape(1, 1)), state).ToArray())]);
    }

    // The loss of every update, while counting waits and memory.
    private double[] Train(string output, Device device, int? cut = null, bool resume = false)
    {
        using DeviceScope scope = new(device);
        using CancellationTokenSource source = new();
        List<double> losses = [];
        List<long> reads = [], memory = [];
        TrainingRun.Prepare(_recipe, Options(output) with { Resume = resume }).Run(
            progress =>
            {
                if (progress.Validation is null)
                {
                    losses.Add(progress.Loss);
                    reads.Add(Reads());
                    memory.Add((device as GpuDevice)?.Pool.AllocatedBytes ?? 0);
                    if (progress.Step == cut)
                    {
                        source.Cancel();
                    }
                }
            },
            source.Token);
        if (device == _device && reads.Count > 2)
        {
            // Adagrad's clipping reads what the norm over all parameters does not tell; learnt spans are read once for all layers.
            long most = reads.Zip(reads.Skip(1), (before, after) => after - before).Max();
            Require(most <= (_name is "adaptive_span" or "all_attention" ? 3 : 2), $"an update waits {most} times for the device");
            Require(cut is not null || resume || memory[^1] == memory[memory.Count / 2],
                $"device memory grew from {memory[memory.Count / 2]} to {memory[^1]} bytes");
        }

        return [.. losses];
    }

    private TrainingOptions Options(string output)
    {
        string pairs = $"{_folder["source.txt"]},{_folder["target.txt"]}";
        return _recipe is TranslationRecipe
            ? new TrainingOptions { Output = _folder[output], Data = pairs, Validation = pairs }
            : new TrainingOptions { Output = _folder[output], Data = _folder["text.txt"] };
    }

    private long Reads() => (_device as GpuDevice)?.HostReads ?? 0;

    private string Hash(string output) =>
        string.Join('\n', Directory.EnumerateFiles(Path.Combine(_folder[output], "last"), "*.safetensors").Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"));

    private void Near(double expected, double actual, string what) =>
        Require(Math.Abs(expected - actual) <= LossTolerance * Math.Abs(expected), $"{what} is {actual}, on the CPU {expected}");

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _failures.Add($"{_name}: {otherwise}");
        }
    }
}
