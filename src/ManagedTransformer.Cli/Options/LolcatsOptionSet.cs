using System.CommandLine;
using ManagedTransformer.Architectures.Lolcats;

namespace ManagedTransformer.Cli.Options;

/// <summary>What takes the place of the softmax of a model that is linearised.</summary>
internal sealed class LolcatsOptionSet
{
    private const string NoWindow = "none";

    /// <summary><c>--map</c></summary>
    public Option<LolcatsMap?> Map { get; } = Choice(
        "--map",
        "The feature map of lolcats: hedgehog (default), softmax of both signs; or t2r, the positive part.",
        [("hedgehog", LolcatsMap.Hedgehog), ("t2r", LolcatsMap.T2r)]);

    /// <summary><c>--window</c></summary>
    public Option<LolcatsWindow?> Window { get; } = Choice(
        "--window",
        "Which keys keep their softmax weights in lolcats: terraced (default), those of the block at hand and the one before; standard, the "
        + "newest ones; or none.",
        [("terraced", LolcatsWindow.Terraced), ("standard", LolcatsWindow.Standard), (NoWindow, LolcatsWindow.None)]);

    /// <summary><c>--window-size</c></summary>
    public Option<int?> WindowSize { get; } = CommonOptions.Positive("--window-size", "Positions of that window (default: 64).");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [Map, Window, WindowSize];

    /// <summary>Refuses a size of no window.</summary>
    /// <param name="result">The command line.</param>
    /// <exception cref="UsageException">It is given.</exception>
    public void Validate(ParseResult result)
    {
        if (result.GetValue(Window) is LolcatsWindow.None)
        {
            CommonOptions.Refuse(result, "has no effect with --window none", WindowSize);
        }
    }

    private static Option<T?> Choice<T>(string name, string description, (string Name, T Value)[] choices)
        where T : struct => new(name)
        {
            Description = description,
            HelpName = string.Join('|', choices.Select(choice => choice.Name)),
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                foreach ((string choice, T value) in choices)
                {
                    if (choice == text)
                    {
                        return value;
                    }
                }

                result.AddError($"{name} knows {string.Join(", ", choices.Select(choice => choice.Name))}, not '{text}'");
                return null;
            },
        };
}
