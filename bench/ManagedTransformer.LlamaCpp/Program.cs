using System.Diagnostics;
using System.Globalization;
using ManagedTransformer.LlamaCpp;

const int prompt = 512, tokens = 96;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["make", string folder]:
        ModelFiles.Write(folder, "llama-smollm2-135m");
        return 0;
    case ["make", string folder, string recipe]:
        ModelFiles.Write(folder, recipe);
        return 0;
    case ["ours", string folder, string type, string threads]:
        Tell(Ours.Run(ModelFiles.Folder(folder, type), ModelFiles.Types.First(known => known.Name == type).Type, int.Parse(threads), prompt,
            tokens));
        return 0;
    case ["peer", string folder, string type, string threads]:
        Tell(Peer.Run(ModelFiles.Gguf(folder, type), int.Parse(threads), prompt, tokens));
        return 0;
    case ["info"]:
        Console.WriteLine(Peer.SystemInformation());
        return 0;
    case ["turns", string folder, string threads, string rounds, .. string[] types]:
        foreach ((string type, _, _) in ModelFiles.Types.Where(known => types.Length == 0 || types.Contains(known.Name)))
        {
            List<Figures> ours = [], peer = [];
            for (int round = 0; round < int.Parse(rounds); round++)
            {
                ours.Add(Child("ours", folder, type, threads));
                peer.Add(Child("peer", folder, type, threads));
            }

            Console.WriteLine($"{type,-4}  prompt of {prompt}: {Turns(ours, peer, figures => figures.Prompt)}");
            Console.WriteLine($"{type,-4}  generation:    {Turns(ours, peer, figures => figures.Generation)}");
            Console.WriteLine($"{type,-4}  peak MiB:      {ours.Max(f => f.PeakBytes) >> 20} / {peer.Max(f => f.PeakBytes) >> 20}");
            Console.WriteLine($"{type,-4}  likeliest:     {ours[0].Best} ({ours[0].Score:F4}) / {peer[0].Best} ({peer[0].Score:F4})");
        }

        return 0;
    default:
        Console.Error.WriteLine("mt-llama-cpp make FOLDER [RECIPE] | turns FOLDER THREADS ROUNDS [f32|bf16|int8 ...] | info");
        return 2;
}

static void Tell(Figures figures) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{figures.Prompt} {figures.Generation} {figures.PeakBytes} {figures.Best} {figures.Score}"));

// Medians of both, and the median of the ratios of neighbouring turns.
static string Turns(List<Figures> ours, List<Figures> peer, Func<Figures, double> of)
{
    double ratio = Median(ours.Zip(peer).Select(pair => of(pair.First) / of(pair.Second)));
    return $"{Median(ours.Select(of)),8:F1} / {Median(peer.Select(of)),8:F1} tokens/s, ratio {ratio:F2}";
}

static double Median(IEnumerable<double> values)
{
    double[] sorted = [.. values.Order()];
    return sorted[sorted.Length / 2];
}

static Figures Child(params string[] arguments)
{
    ProcessStartInfo start = new(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
    using Process child = Process.Start(start)!;
    string[] words = child.StandardOutput.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[^5..];
    child.WaitForExit();
    return new Figures(double.Parse(words[0]), double.Parse(words[1]), long.Parse(words[2]), int.Parse(words[3]), double.Parse(words[4]));
}
