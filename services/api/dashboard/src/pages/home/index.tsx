import { PageHead } from "@/ui/panel";

export function HomePage() {
  return <PageHead title="HomePage" />;
}
