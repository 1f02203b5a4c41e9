using FlashDiffusion.Cli.Demo;
using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Measurements;

/// <summary>A clean picture that a server degraded.</summary>
/// <param name="Operator">The operator with all that was filled in.</param>
/// <param name="Answer">Measurement and preview.</param>
internal sealed record Degradation(ForwardOperator Operator, DegradeResponse Answer)
{
    /// <param name="client">The server.</param>
    /// <param name="clean">The picture.</param>
    /// <param name="forward">The operator as the user gave it.</param>
    /// <param name="severity">0 to 1; null lets the middle apply where the user gave nothing at all.</param>
    /// <param name="model">The model, whose severity encoders know the scale.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<Degradation> MakeAsync(
        FlashClient client, Picture clean, ForwardOperator forward, double? severity, Model model, ulong seed, CancellationToken cancellation)
    {
        var complete = forward.Clone();
        DamageLevel.Apply(complete, severity, model);
        var answer = await client.DegradeAsync(
            new DegradeRequest { Picture = clean.ToMessage(), Operator = complete.Clone(), Seed = seed }, cancellation).ConfigureAwait(false);
        complete.PictureSize = answer.Operator?.PictureSize;
        return new Degradation(complete, answer);
    }
}
