using ManagedTransformer.Generation.Processors;

namespace ManagedTransformer.Generation;

/// <summary>Log-probabilities of a model's scores: log softmax(z)[i] = z[i] - log sum exp z.</summary>
/// <param name="vocabulary">Ids that the tokenizer knows; the sum goes over those of the model.</param>
/// <param name="count">How many likeliest tokens are told.</param>
internal sealed class LogProbabilityReader(int vocabulary, int count)
{
    private readonly TokenLogProbability[] _likeliest = new TokenLogProbability[Math.Min(count, vocabulary)];
    private double _normalizer;
    private float[] _scores = [];

    /// <summary>Reads the scores of a step before anything changes them.</summary>
    /// <param name="logits">[V of the model]</param>
    public void Read(ReadOnlySpan<float> logits)
    {
        using (Exponentials exponentials = new(logits))
        {
            _normalizer = exponentials.Largest + Math.Log(exponentials.Total);
        }

        if (_scores.Length == 0)
        {
            _scores = new float[vocabulary];
        }

        logits[..vocabulary].CopyTo(_scores);
        int found = 0;
        for (int i = 0; _likeliest.Length > 0 && i < vocabulary; i++)
        {
            if (found == _likeliest.Length && logits[i] <= _likeliest[^1].LogProbability)
            {
                continue;
            }

            int place = found < _likeliest.Length ? found++ : found - 1;
            for (; place > 0 && _likeliest[place - 1].LogProbability < logits[i]; place--)
            {
                _likeliest[place] = _likeliest[place - 1];
            }

            _likeliest[place] = new(i, logits[i]);
        }
    }

    /// <summary>The log-probability of a token.</summary>
    public float Of(int token) => Normalize(_scores[token]);

    /// <summary>The likeliest tokens, of equal ones that with the lowest id first.</summary>
    public TokenLogProbability[] Likeliest() => Array.ConvertAll(
        _likeliest, token => token with { LogProbability = Normalize(token.LogProbability) });

    // Rounding may lift a certain token above 0.
    private float Normalize(float score) => (float)Math.Min(0, score - _normalizer);
}
