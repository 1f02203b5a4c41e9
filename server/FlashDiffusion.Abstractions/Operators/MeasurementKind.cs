namespace FlashDiffusion;

/// <summary>What an operator's measurement is, and so on which range it travels between clients and the server.</summary>
public enum MeasurementKind
{
    /// <summary>A picture, (3, h, w) or (1, h, w): on [0, 1] at the API, on [-1, 1] inside.</summary>
    Picture,

    /// <summary>Numbers of another kind, such as coefficients of a transform: A(x) of the picture on [-1, 1], everywhere as it is.</summary>
    Values,
}
