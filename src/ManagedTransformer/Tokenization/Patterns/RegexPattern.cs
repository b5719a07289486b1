using System.Collections.Concurrent;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>A regular expression in the dialect of tokenizer files.</summary>
internal sealed class RegexPattern : Pattern
{
    private readonly RegexProgram _program;
    private readonly ConcurrentBag<RegexMatcher> _idle = [];

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="FormatException">It is malformed, too large, or has something that is not supported.</exception>
    public RegexPattern(string source) => (Source, _program) = (source, RegexProgram.Compile(source));

    /// <summary>As it was written.</summary>
    public string Source { get; }

    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<byte> text, int from, PatternBudget budget, out int start, out int end)
    {
        if (!_idle.TryTake(out RegexMatcher? matcher))
        {
            matcher = new RegexMatcher(_program, Source);
        }

        try
        {
            for (start = from; start <= text.Length;)
            {
                int length = 1;
                int first = start < text.Length ? Utf8.Read(text, start, out length) : -1;
                if (_program.First is null || (first >= 0 && _program.First.Contains(first)))
                {
                    end = matcher.Match(text, start, budget);
                    if (end >= 0)
                    {
                        return true;
                    }
                }

                start += length;
            }
        }
        finally
        {
            _idle.Add(matcher);
        }

        end = start = 0;
        return false;
    }
}
