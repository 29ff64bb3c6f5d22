/** One short, soft tone, made here: no sound file, nothing fetched. Silent where the browser does not allow sound yet. */
let context: AudioContext | undefined;

export function chime(): void {
  try {
    context ??= new AudioContext();
    const sound = context;
    void sound.resume().catch(() => {}); // before the first click the browser keeps it silent
    const start = sound.currentTime;
    for (const [at, pitch] of [[0, 660], [0.11, 880]] as const) {
      const tone = sound.createOscillator();
      const level = sound.createGain();
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0, start + at);
      level.gain.linearRampToValueAtTime(0.08, start + at + 0.01);
      level.gain.exponentialRampToValueAtTime(0.0001, start + at + 0.3);
      tone.connect(level).connect(sound.destination);
      tone.start(start + at);
      tone.stop(start + at + 0.32);
    }
  } catch {
    // No sound here.
  }
}
