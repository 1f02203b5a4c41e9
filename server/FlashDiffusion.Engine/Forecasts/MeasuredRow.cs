namespace FlashDiffusion.Engine.Forecasts;

/// <summary>What a row of a kind of work was measured to need.</summary>
/// <param name="Working">Shape of the pictures.</param>
/// <param name="Bytes">Bytes, what is taken once whatever the rows included.</param>
/// <param name="IsSure">Whether nothing else can have needed any of them.</param>
internal readonly record struct MeasuredRow(PictureShape Working, double Bytes, bool IsSure)
{
    /// <summary>The same at another size: activations are most of what a row needs, and they grow with the number of pixels.</summary>
    public double At(PictureShape working) => Bytes * working.Elements / Working.Elements;

    /// <summary>The one of two to go by: what is sure, else the larger.</summary>
    public MeasuredRow Or(MeasuredRow other) => IsSure != other.IsSure ? IsSure ? this : other : At(other.Working) < other.Bytes ? other : this;
}
