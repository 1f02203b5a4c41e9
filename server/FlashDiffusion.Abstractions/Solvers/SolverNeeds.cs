namespace FlashDiffusion;

/// <summary>What a solver needs from the request and the model.</summary>
[Flags]
public enum SolverNeeds
{
    /// <summary>Nothing: it runs without data consistency.</summary>
    None = 0,

    /// <summary>A forward operator and a measurement.</summary>
    Operator = 1,

    /// <summary>The exact adjoint of a linear operator.</summary>
    Adjoint = 2,

    /// <summary>Gradients through decoder and operator.</summary>
    Gradient = 4,

    /// <summary>The autoencoder's encoder.</summary>
    Encoder = 8,

    /// <summary>
    /// The estimated clean latent as its first latent, without any noise mixed in: the severity encoder's mean, or the encoding of the
    /// measurement's picture where there is no such encoder. The solver adds noise of its own, if it needs any.
    /// </summary>
    CleanStart = 16,
}
