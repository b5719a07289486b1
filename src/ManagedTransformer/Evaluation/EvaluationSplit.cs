namespace ManagedTransformer.Evaluation;

/// <summary>Which part of a text is scored.</summary>
public enum EvaluationSplit
{
    /// <summary>
    /// Of the text that the model was trained on, the validation part. Of another folder or built-in text its validation part, else its
    /// test part, else its training part. Another file as a whole.
    /// </summary>
    Auto,

    /// <summary>The part to train on.</summary>
    Train,

    /// <summary>The part to validate on.</summary>
    Validation,

    /// <summary>The part to test on.</summary>
    Test,

    /// <summary>All parts, one after the other.</summary>
    All,
}
