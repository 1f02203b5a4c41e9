namespace FlashDiffusion.Server.Hosting;

/// <summary>Most bytes that a message to an endpoint may have, where it is not <c>Server:MaximumMessageBytes</c>. Metadata of the endpoint; refusals name it.</summary>
/// <param name="Bytes">The limit.</param>
internal sealed record MessageLimit(int Bytes);
